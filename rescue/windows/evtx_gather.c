/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wanted of a record, gathered piece by piece while its binary XML is gone through. */
#include "windows/evtx_internal.h"

void evtx_begin(struct evtx_xml *x, enum evtx_target t)
{
	x->target = (uint8_t)t;
	x->start = x->text.n;
	x->has_number = x->is_absent = false;
	x->number = 0;
}

static const char *text_end(struct evtx_xml *x)
{
	const char *text = x->text.p + x->start;

	x->text.p[x->text.n] = '\0';
	if (x->text.n + 1 < x->text.cap) /* else what follows is empty */
		x->text.n++;
	return text;
}

static void row_end(struct evtx_xml *x)
{
	const char *text = text_end(x);

	if (text[0])
		x->is_absent = false;
	if (!x->is_absent && x->event.n_data < WIN_EVENT_DATA_MAX)
		x->event.data[x->event.n_data++] = (struct win_event_data){x->name, text};
}

void evtx_end(struct evtx_xml *x)
{
	struct win_event *e = &x->event;

	switch ((enum evtx_target)x->target) {
	case EVTX_T_PROVIDER:
		e->provider = text_end(x);
		break;
	case EVTX_T_SOURCE:
		x->source = text_end(x);
		break;
	case EVTX_T_CHANNEL:
		e->channel = text_end(x);
		break;
	case EVTX_T_COMPUTER:
		e->computer = text_end(x);
		break;
	case EVTX_T_NAME:
		x->name = text_end(x);
		break;
	case EVTX_T_TEXT:
		row_end(x);
		break;
	case EVTX_T_ID:
		e->id = (uint32_t)x->number;
		x->is_found = x->has_number;
		break;
	case EVTX_T_LEVEL:
		e->level = (uint8_t)x->number;
		break;
	case EVTX_T_TIME:
		if (x->has_number)
			e->time = x->number;
		break;
	case EVTX_T_RECORD:
		if (x->has_number)
			e->record = x->number;
		break;
	case EVTX_T_NONE:
		break;
	}
	evtx_begin(x, EVTX_T_NONE);
}

bool evtx_pay(struct evtx_xml *x, size_t bytes)
{
	size_t n = 1 + bytes / EVTX_STEP_BYTES;

	if (x->steps < n)
		return false;
	x->steps -= n;
	return true;
}

bool evtx_put(struct evtx_xml *x, uint8_t type, struct rs_view v)
{
	if (x->target == EVTX_T_NONE)
		return true;
	if (!evtx_pay(x, v.len))
		return false;
	if (x->target < EVTX_T_NUMBERS)
		return evtx_value_put(&x->text, type, v);
	if (evtx_value_number(type, v, &x->number))
		x->has_number = true;
	return true;
}

/* Windows repeats the element for each item of an array. */
bool evtx_put_many(struct evtx_xml *x, uint8_t type, struct rs_view v)
{
	struct rs_view one;

	if (x->target != EVTX_T_TEXT)
		return true;
	for (size_t i = 0; evtx_value_next(type, &v, &one); i++) {
		if (i > 0) {
			row_end(x);
			evtx_begin(x, EVTX_T_TEXT);
		}
		if (x->event.n_data == WIN_EVENT_DATA_MAX)
			return true;
		if (!evtx_put(x, type & (uint8_t)~EVTX_MANY, one))
			return false;
	}
	return true;
}
