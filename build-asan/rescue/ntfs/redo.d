build-asan/rescue/ntfs/redo.o: rescue/ntfs/redo.c \
 rescue/ntfs/redo_format.h rescue/ntfs/record.h rescue/ntfs/raw.h \
 rescue/block/blk.h rescue/core/cleanup.h rescue/core/err.h \
 rescue/core/errors.def rescue/core/events.h rescue/core/view.h \
 rescue/format/bytes.h rescue/format/ntfsboot.h \
 rescue/format/bootsector.h rescue/format/words.h rescue/ntfs/redo.h \
 rescue/ntfs/veil.h rescue/block/overlay.h rescue/ntfs/stream.h
rescue/ntfs/redo_format.h:
rescue/ntfs/record.h:
rescue/ntfs/raw.h:
rescue/block/blk.h:
rescue/core/cleanup.h:
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/events.h:
rescue/core/view.h:
rescue/format/bytes.h:
rescue/format/ntfsboot.h:
rescue/format/bootsector.h:
rescue/format/words.h:
rescue/ntfs/redo.h:
rescue/ntfs/veil.h:
rescue/block/overlay.h:
rescue/ntfs/stream.h:
