build-asan/rescue/block/file.o: rescue/block/file.c rescue/block/blk.h \
 rescue/core/cleanup.h rescue/core/err.h rescue/core/errors.def \
 rescue/core/events.h
rescue/block/blk.h:
rescue/core/cleanup.h:
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/events.h:
