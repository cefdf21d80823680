/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One machine of many: nobody is there, a signed policy says what may be done, and a collector
 * hears how it went. Children ask the network (fleet_job.c); what is decided here (fleet.c) works
 * on their answers, whose texts were checked where they came in. No report ever delays a repair,
 * and without an accepted policy a machine that is to have one stays as it is. docs/boot.md,
 * section 4.
 */
#ifndef UNBRICK_INIT_FLEET_H
#define UNBRICK_INIT_FLEET_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/link.h"
#include "format/settings.h"
#include "format/words.h"
#include "init/process.h"
#include "init/report.h"
#include "policy/policy.h"

struct facts;
struct init;
struct work;

enum { FLEET_URL = 512, FLEET_TEXT = 800, FLEET_ID = 40, FLEET_HASH = 65 };

#define FLEET_POLICY	 INIT_RUN "/policy.json" /* with ".minisig" its signature */
#define FLEET_COLLECTORS INIT_RUN "/collectors.json"
#define FLEET_KEYS	 INIT_RUN "/keys.json" /* as --keys-from reads it */
#define FLEET_POLICY_PUB "/unbrick/policy.pub"
#define FLEET_CA	 "/unbrick/ca.pem"

enum { FLEET_ON_THE_WAY = 1 };

/* What the job that fetched the policy gives back. Fixed size: it comes through a pipe. */
struct fleet_policy {
	int code; /* 0 = accepted, RS_E_*: it is not; FLEET_ON_THE_WAY: only a line for people */
	char text[FLEET_TEXT]; /* why not, one line: what, why, what to do */
	unsigned version;
	char key_id[24]; /* of the key that has verified it */
	enum policy_act act;
	enum policy_end repaired, nothing, failure;
	bool unknown_clock_acts;
	unsigned delay_s, n_keys, n_reports;
};

/* What came of sending one event. */
struct fleet_sent {
	unsigned n, n_taken;   /* collectors */
	char text[FLEET_TEXT]; /* what one that did not take it says */
};

#define FLEET_EVENTS(X)                                                                            \
	X(FLEET_START, "start")                                                                    \
	X(FLEET_END, "end")
enum fleet_event { FLEET_EVENTS(JUST_NAME) };
WORDS(fleet_event_word, enum fleet_event, FLEET_EVENTS)

/* Only fleet.c changes it. */
struct fleet {
	void (*tell_start)(struct init *in); /* what is in the start event is known; NULL = not yet,
						or it was told */
	void (*tell_end)(struct init *in); /* a person's repair has ended, and no collector knows */
	bool is_asked;			   /* the policy was asked for */
	bool is_accepted;		   /* and is one for this machine */
	struct fleet_policy policy;
	uint64_t again_ms; /* when who did not answer, or has withdrawn it, is asked again; 0 = not
			    */
	unsigned n_again;
	unsigned revision;     /* of the end event: how many were made */
	char code[LINK_BYTES]; /* what came of it for a phone, as no collector has it; "" = one has
				*/
	char id[FLEET_ID];     /* of this boot, a UUID */
	char start_hash[FLEET_HASH]; /* SHA-256 of the start event as it was sent; "" = none */
	struct process *sending;
	struct fleet_sent sent[2]; /* of each event */
};

/* ---- settings (fleet_wish.c) */

/** Where the policy is; "" = this machine needs none. */
const char *fleet_policy_url(const struct init *in);
/** Where reports go if no policy says so; "" = nowhere. */
const char *fleet_collector(const struct init *in);
/** The least version of a policy. */
unsigned fleet_floor(const struct init *in);
/** Why no policy can count here, or NULL: what verifies it is a part of what was started. */
const char *fleet_refusal(const struct facts *f);
/** Of this boot: the same in each event and every retry. */
const char *fleet_id(struct init *in);

/* ---- the run (fleet.c) */

/** Before the first disk: what has to be known for it. False: nothing is to be done on a disk, and
 * @w says why. */
bool fleet_begin(struct init *in, struct work *w);
/** It is time: is there a policy now? Asked in short, so that a person does not wait for it; if
 * not, it is told, and asked again later. */
bool fleet_again(struct init *in);
/* ---- what it means for the run (fleet_wish.c) */

/** Is a round of work to begin? @has_disk one is there to be worked on. Where a policy is wanted
 * and none lets this machine work, only when it is time to ask for it again. */
bool fleet_has_work(const struct init *in, bool has_disk);

/** An address, and a clock or the answer that there is none: can a server be asked now? */
bool fleet_has_network(const struct init *in);
/** Is a policy what this start works by? Then no question waits for a person. */
bool fleet_is_alone(const struct init *in);
/** May it only look? The clock is not known, or a verdict has moved a file in this start. */
bool fleet_only_looks(const struct init *in);
/** What `fix` (or, @is_look, `scan`) gets instead of what the settings say; NULL without a policy.
 * Ended by NULL, valid until the next call. */
const char *const *fleet_options(struct init *in, bool is_look);
enum { FLEET_KEY_OPTIONS = 6 };
/** What the screen of a person gets to ask the servers of keys that an accepted policy names, put
 * into @args; returns how many. None where no key may be used, or the policy is withdrawn. */
size_t fleet_key_options(const struct init *in, const char **args);
/** How a run with that result ends; false: as the settings say. */
bool fleet_end_of(const struct init *in, enum result result, enum settings_end *ret);

/** Wait (fleet_wait.c) until there is an address and a clock. False: there is none after @most_ms,
 * none is to come, or the end is wanted. */
bool fleet_wait_for_network(struct init *in, unsigned most_ms);
/** Before each round of events: send the start event, once there is a network and something to
 * tell (fleet_start.c). */
void fleet_step(struct init *in);

/* ---- events (fleet_send.c) */

bool fleet_has_collector(const struct init *in);
/** Somebody was to hear how it went (the settings or a policy say so), and no collector has it. */
bool fleet_is_told_to_nobody(const struct init *in, bool is_sent);
/** The file @path is the start event: send it beside all else. */
void fleet_send_start(struct init *in, const char *path);
/** Before the report of the end is made: a repair may be over before the network is there, and this
 * waits for it, as long as one is to come and an end event may take. */
void fleet_before_end(struct init *in);
/** The file @path is the end event: send it, at most five minutes, and say what came of it. True:
 * every collector has it, or there is none. */
bool fleet_send_end(struct init *in, const char *path);

/** Reports that the stick has kept of starts that reached no collector, of whichever machine: each
 * with its own id, at most half a minute for all of them, after the end event and so after all work
 * on disks. What was taken is marked on the stick with the next report that goes there. */
void fleet_send_kept(struct init *in);
/** A repair of a person has ended: its report goes as an end event, beside all else, once there is
 * a network. */
void fleet_send_by_hand(struct init *in, const char *path);

/* ---- what reports say of it (fleet_facts.c) */

/** What came of this start, in the letters that a QR code needs the least room for; no key is in
 * it. */
void fleet_code(struct init *in, char *ret, size_t cap);

/** "policy", "clock", "report_id", "machine", ... of the report @root. */
void fleet_facts(struct init *in, struct json_object *root);
/** SHA-256 as hex. */
void fleet_hash(const void *bytes, size_t len, char ret[FLEET_HASH]);
/** The key IDs that the runs in a boot report used, each once; NULL: none. */
struct json_object *fleet_used_keys(struct json_object *runs);
/** The same with a comma between; "": none. */
void fleet_used_keys_text(struct json_object *runs, char *ret, size_t cap);

/* ---- the jobs (fleet_job.c): functions of a process */

struct fleet_fetch {
	char url[FLEET_URL], ca[64], keys[64], folder[64]; /* folder: where it is kept */
	struct policy_clock clock;
	unsigned floor_version, total_ms;
	char program[64]; /* unbrick-net; "" = where it is looked for */
};
/** @arg a struct fleet_fetch; a struct fleet_policy comes back. */
int fleet_fetch_run(void *arg, int out_fd);

struct fleet_send {
	char path[96], id[FLEET_ID], host[72];
	enum fleet_event event;
	unsigned revision;	   /* of an end: from the second on it is another event */
	const char *result;	   /* a word; NULL = none yet */
	char sinks[96];		   /* a file with the policy's list of collectors, or "" */
	char collector[FLEET_URL]; /* else this one */
	char ca[64], program[64];
	unsigned total_ms;
	bool has_accounts; /* on its PROCESS_ACCOUNTS */
};
/** @arg a struct fleet_send; a struct fleet_sent comes back. */
int fleet_send_run(void *arg, int out_fd);

#endif
