build-asan/rescue/ntfs/veil.o: rescue/ntfs/veil.c rescue/ntfs/veil.h \
 rescue/core/err.h rescue/core/errors.def rescue/core/list.h \
 rescue/ntfs/stream.h rescue/ntfs/record.h rescue/ntfs/raw.h \
 rescue/block/blk.h rescue/core/cleanup.h rescue/core/events.h \
 rescue/core/view.h rescue/format/bytes.h rescue/format/ntfsboot.h \
 rescue/format/bootsector.h rescue/format/words.h
rescue/ntfs/veil.h:
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/list.h:
rescue/ntfs/stream.h:
rescue/ntfs/record.h:
rescue/ntfs/raw.h:
rescue/block/blk.h:
rescue/core/cleanup.h:
rescue/core/events.h:
rescue/core/view.h:
rescue/format/bytes.h:
rescue/format/ntfsboot.h:
rescue/format/bootsector.h:
rescue/format/words.h:
