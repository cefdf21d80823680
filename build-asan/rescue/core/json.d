build-asan/rescue/core/json.o: rescue/core/json.c rescue/core/json.h \
 rescue/core/cleanup.h rescue/core/redact.h rescue/core/text.h \
 rescue/core/view.h rescue/format/bytes.h rescue/format/guid.h
rescue/core/json.h:
rescue/core/cleanup.h:
rescue/core/redact.h:
rescue/core/text.h:
rescue/core/view.h:
rescue/format/bytes.h:
rescue/format/guid.h:
