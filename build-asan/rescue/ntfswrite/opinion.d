build-asan/rescue/ntfswrite/opinion.o: rescue/ntfswrite/opinion.c \
 rescue/ntfslog/replay.h rescue/block/blk.h rescue/core/cleanup.h \
 rescue/core/err.h rescue/core/errors.def rescue/core/events.h \
 rescue/block/overlay.h rescue/core/list.h rescue/ntfs/raw.h \
 rescue/core/view.h rescue/format/bytes.h rescue/format/ntfsboot.h \
 rescue/format/bootsector.h rescue/format/words.h rescue/ntfswrite/vol.h
rescue/ntfslog/replay.h:
rescue/block/blk.h:
rescue/core/cleanup.h:
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/events.h:
rescue/block/overlay.h:
rescue/core/list.h:
rescue/ntfs/raw.h:
rescue/core/view.h:
rescue/format/bytes.h:
rescue/format/ntfsboot.h:
rescue/format/bootsector.h:
rescue/format/words.h:
rescue/ntfswrite/vol.h:
