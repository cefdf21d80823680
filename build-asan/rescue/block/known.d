build-asan/rescue/block/known.o: rescue/block/known.c rescue/block/disk.h \
 rescue/block/blk.h rescue/core/cleanup.h rescue/core/err.h \
 rescue/core/errors.def rescue/core/events.h rescue/format/bootsector.h \
 rescue/format/words.h
rescue/block/disk.h:
rescue/block/blk.h:
rescue/core/cleanup.h:
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/events.h:
rescue/format/bootsector.h:
rescue/format/words.h:
