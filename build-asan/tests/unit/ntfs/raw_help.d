build-asan/tests/unit/ntfs/raw_help.o: tests/unit/ntfs/raw_help.c \
 tests/unit/ntfs/raw_help.h rescue/ntfs/internal.h rescue/ntfs/index.h \
 rescue/ntfs/stream.h rescue/ntfs/record.h rescue/ntfs/raw.h \
 rescue/block/blk.h rescue/core/cleanup.h rescue/core/err.h \
 rescue/core/errors.def rescue/core/events.h rescue/core/view.h \
 rescue/format/bytes.h rescue/format/ntfsboot.h \
 rescue/format/bootsector.h rescue/format/words.h \
 tests/unit/ntfs/../../layers/layers.h
tests/unit/ntfs/raw_help.h:
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
rescue/core/view.h:
rescue/format/bytes.h:
rescue/format/ntfsboot.h:
rescue/format/bootsector.h:
rescue/format/words.h:
tests/unit/ntfs/../../layers/layers.h:
