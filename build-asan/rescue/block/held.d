build-asan/rescue/block/held.o: rescue/block/held.c \
 rescue/block/internal.h rescue/block/disk.h rescue/block/blk.h \
 rescue/core/cleanup.h rescue/core/err.h rescue/core/errors.def \
 rescue/core/events.h rescue/format/bootsector.h rescue/format/words.h \
 rescue/block/health.h rescue/core/view.h rescue/format/bytes.h \
 rescue/block/set.h
rescue/block/internal.h:
rescue/block/disk.h:
rescue/block/blk.h:
rescue/core/cleanup.h:
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/events.h:
rescue/format/bootsector.h:
rescue/format/words.h:
rescue/block/health.h:
rescue/core/view.h:
rescue/format/bytes.h:
rescue/block/set.h:
