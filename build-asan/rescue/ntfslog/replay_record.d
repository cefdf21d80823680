build-asan/rescue/ntfslog/replay_record.o: rescue/ntfslog/replay_record.c \
 rescue/ntfslog/replay_internal.h rescue/ntfs/index.h \
 rescue/ntfs/stream.h rescue/ntfs/record.h rescue/ntfs/raw.h \
 rescue/block/blk.h rescue/core/cleanup.h rescue/core/err.h \
 rescue/core/errors.def rescue/core/events.h rescue/core/view.h \
 rescue/format/bytes.h rescue/format/ntfsboot.h \
 rescue/format/bootsector.h rescue/format/words.h rescue/ntfslog/replay.h \
 rescue/block/overlay.h rescue/core/list.h
rescue/ntfslog/replay_internal.h:
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
rescue/ntfslog/replay.h:
rescue/block/overlay.h:
rescue/core/list.h:
