build-asan/tests/unit/ntfswrite/test_usn.o: \
 tests/unit/ntfswrite/test_usn.c rescue/ntfs/usn.h rescue/ntfs/raw.h \
 rescue/block/blk.h rescue/core/cleanup.h rescue/core/err.h \
 rescue/core/errors.def rescue/core/events.h rescue/core/view.h \
 rescue/format/bytes.h rescue/format/ntfsboot.h \
 rescue/format/bootsector.h rescue/format/words.h \
 tests/unit/ntfswrite/vol_help.h rescue/ntfswrite/vol_internal.h \
 rescue/core/list.h rescue/ntfs/index.h rescue/ntfs/stream.h \
 rescue/ntfs/record.h rescue/ntfswrite/device.h rescue/block/overlay.h \
 rescue/ntfs/redo.h rescue/ntfs/veil.h rescue/ntfswrite/security.h \
 rescue/ntfswrite/vol.h
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
tests/unit/ntfswrite/vol_help.h:
rescue/ntfswrite/vol_internal.h:
rescue/core/list.h:
rescue/ntfs/index.h:
rescue/ntfs/stream.h:
rescue/ntfs/record.h:
rescue/ntfswrite/device.h:
rescue/block/overlay.h:
rescue/ntfs/redo.h:
rescue/ntfs/veil.h:
rescue/ntfswrite/security.h:
rescue/ntfswrite/vol.h:
