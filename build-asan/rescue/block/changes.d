build-asan/rescue/block/changes.o: rescue/block/changes.c \
 rescue/block/overlay.h rescue/block/blk.h rescue/core/cleanup.h \
 rescue/core/err.h rescue/core/errors.def rescue/core/events.h \
 rescue/core/list.h
rescue/block/overlay.h:
rescue/block/blk.h:
rescue/core/cleanup.h:
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/events.h:
rescue/core/list.h:
