build-asan/tests/unit/windows/test_image.o: \
 tests/unit/windows/test_image.c tests/unit/windows/help_vol.h \
 tests/unit/windows/help.h rescue/windows/internal.h \
 rescue/windows/windows.h rescue/format/words.h rescue/ntfswrite/vol.h \
 rescue/block/blk.h rescue/core/cleanup.h rescue/core/err.h \
 rescue/core/errors.def rescue/core/events.h rescue/ntfs/raw.h \
 rescue/core/view.h rescue/format/bytes.h rescue/format/ntfsboot.h \
 rescue/format/bootsector.h rescue/windows/image.h
tests/unit/windows/help_vol.h:
tests/unit/windows/help.h:
rescue/windows/internal.h:
rescue/windows/windows.h:
rescue/format/words.h:
rescue/ntfswrite/vol.h:
rescue/block/blk.h:
rescue/core/cleanup.h:
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/events.h:
rescue/ntfs/raw.h:
rescue/core/view.h:
rescue/format/bytes.h:
rescue/format/ntfsboot.h:
rescue/format/bootsector.h:
rescue/windows/image.h:
