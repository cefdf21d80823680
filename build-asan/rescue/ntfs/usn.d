build-asan/rescue/ntfs/usn.o: rescue/ntfs/usn.c rescue/ntfs/usn.h \
 rescue/ntfs/raw.h rescue/block/blk.h rescue/core/cleanup.h \
 rescue/core/err.h rescue/core/errors.def rescue/core/events.h \
 rescue/core/view.h rescue/format/bytes.h rescue/format/ntfsboot.h \
 rescue/format/bootsector.h rescue/format/words.h rescue/core/text.h \
 rescue/format/guid.h rescue/ntfs/internal.h rescue/ntfs/index.h \
 rescue/ntfs/stream.h rescue/ntfs/record.h
rescue/ntfs/usn.h:
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
rescue/core/text.h:
rescue/format/guid.h:
rescue/ntfs/internal.h:
rescue/ntfs/index.h:
rescue/ntfs/stream.h:
rescue/ntfs/record.h:
