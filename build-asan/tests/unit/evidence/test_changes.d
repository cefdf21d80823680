build-asan/tests/unit/evidence/test_changes.o: \
 tests/unit/evidence/test_changes.c \
 tests/unit/evidence/../windows/help_vol.h \
 tests/unit/evidence/../windows/help.h rescue/windows/internal.h \
 rescue/windows/windows.h rescue/format/words.h rescue/ntfswrite/vol.h \
 rescue/block/blk.h rescue/core/cleanup.h rescue/core/err.h \
 rescue/core/errors.def rescue/core/events.h rescue/ntfs/raw.h \
 rescue/core/view.h rescue/format/bytes.h rescue/format/ntfsboot.h \
 rescue/format/bootsector.h rescue/evidence/changes_internal.h \
 rescue/evidence/evidence.h rescue/windows/drivers.h \
 rescue/windows/dump.h rescue/windows/image.h rescue/windows/traces.h \
 rescue/ntfs/usn.h
tests/unit/evidence/../windows/help_vol.h:
tests/unit/evidence/../windows/help.h:
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
rescue/evidence/changes_internal.h:
rescue/evidence/evidence.h:
rescue/windows/drivers.h:
rescue/windows/dump.h:
rescue/windows/image.h:
rescue/windows/traces.h:
rescue/ntfs/usn.h:
