build-asan/tests/unit/ntfslog/crash_help.o: \
 tests/unit/ntfslog/crash_help.c tests/unit/ntfslog/crash_help.h \
 rescue/ntfs/internal.h rescue/ntfs/index.h rescue/ntfs/stream.h \
 rescue/ntfs/record.h rescue/ntfs/raw.h rescue/block/blk.h \
 rescue/core/cleanup.h rescue/core/err.h rescue/core/errors.def \
 rescue/core/events.h rescue/core/view.h rescue/format/bytes.h \
 rescue/format/ntfsboot.h rescue/format/bootsector.h \
 rescue/format/words.h tests/unit/ntfslog/replay_help.h \
 tests/unit/ntfslog/../../layers/layers.h
tests/unit/ntfslog/crash_help.h:
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
tests/unit/ntfslog/replay_help.h:
tests/unit/ntfslog/../../layers/layers.h:
