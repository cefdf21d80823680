build-asan/rescue/ntfs/state.o: rescue/ntfs/state.c rescue/core/text.h \
 rescue/core/view.h rescue/format/bytes.h rescue/format/guid.h \
 rescue/ntfs/internal.h rescue/ntfs/index.h rescue/ntfs/stream.h \
 rescue/ntfs/record.h rescue/ntfs/raw.h rescue/block/blk.h \
 rescue/core/cleanup.h rescue/core/err.h rescue/core/errors.def \
 rescue/core/events.h rescue/format/ntfsboot.h rescue/format/bootsector.h \
 rescue/format/words.h
rescue/core/text.h:
rescue/core/view.h:
rescue/format/bytes.h:
rescue/format/guid.h:
rescue/ntfs/internal.h:
rescue/ntfs/index.h:
rescue/ntfs/stream.h:
rescue/ntfs/record.h:
rescue/ntfs/raw.h:
rescue/block/blk.h:
rescue/core/cleanup.h:
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/events.h:
rescue/format/ntfsboot.h:
rescue/format/bootsector.h:
rescue/format/words.h:
