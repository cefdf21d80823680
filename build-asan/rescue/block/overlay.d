build-asan/rescue/block/overlay.o: rescue/block/overlay.c \
 rescue/block/overlay.h rescue/block/blk.h rescue/core/cleanup.h \
 rescue/core/err.h rescue/core/errors.def rescue/core/events.h
rescue/block/overlay.h:
rescue/block/blk.h:
rescue/core/cleanup.h:
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/events.h:
