build-asan/rescue/fat/fat.o: rescue/fat/fat.c rescue/fat/fat.h \
 rescue/block/blk.h rescue/core/cleanup.h rescue/core/err.h \
 rescue/core/errors.def rescue/core/events.h rescue/core/secret.h \
 rescue/core/text.h rescue/core/view.h rescue/format/bytes.h \
 rescue/format/guid.h
rescue/fat/fat.h:
rescue/block/blk.h:
rescue/core/cleanup.h:
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/events.h:
rescue/core/secret.h:
rescue/core/text.h:
rescue/core/view.h:
rescue/format/bytes.h:
rescue/format/guid.h:
