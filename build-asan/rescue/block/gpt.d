build-asan/rescue/block/gpt.o: rescue/block/gpt.c rescue/block/internal.h \
 rescue/block/disk.h rescue/block/blk.h rescue/core/cleanup.h \
 rescue/core/err.h rescue/core/errors.def rescue/core/events.h \
 rescue/format/bootsector.h rescue/format/words.h rescue/block/health.h \
 rescue/core/view.h rescue/format/bytes.h rescue/core/text.h \
 rescue/format/guid.h rescue/format/parttype.h
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
rescue/core/text.h:
rescue/format/guid.h:
rescue/format/parttype.h:
