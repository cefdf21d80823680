build-asan/rescue/ntfswrite/commit.o: rescue/ntfswrite/commit.c \
 rescue/ntfswrite/device.h rescue/block/overlay.h rescue/block/blk.h \
 rescue/core/cleanup.h rescue/core/err.h rescue/core/errors.def \
 rescue/core/events.h rescue/ntfs/redo.h rescue/ntfs/raw.h \
 rescue/core/view.h rescue/format/bytes.h rescue/format/ntfsboot.h \
 rescue/format/bootsector.h rescue/format/words.h rescue/ntfs/veil.h
rescue/ntfswrite/device.h:
rescue/block/overlay.h:
rescue/block/blk.h:
rescue/core/cleanup.h:
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/events.h:
rescue/ntfs/redo.h:
rescue/ntfs/raw.h:
rescue/core/view.h:
rescue/format/bytes.h:
rescue/format/ntfsboot.h:
rescue/format/bootsector.h:
rescue/format/words.h:
rescue/ntfs/veil.h:
