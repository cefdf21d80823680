build-asan/tests/unit/evidence/made.o: tests/unit/evidence/made.c \
 tests/unit/evidence/made.h rescue/evidence/series.h \
 rescue/evidence/evidence.h rescue/format/words.h \
 rescue/windows/drivers.h rescue/windows/windows.h rescue/ntfswrite/vol.h \
 rescue/block/blk.h rescue/core/cleanup.h rescue/core/err.h \
 rescue/core/errors.def rescue/core/events.h rescue/ntfs/raw.h \
 rescue/core/view.h rescue/format/bytes.h rescue/format/ntfsboot.h \
 rescue/format/bootsector.h rescue/windows/dump.h rescue/windows/image.h \
 rescue/windows/traces.h rescue/core/list.h
tests/unit/evidence/made.h:
rescue/evidence/series.h:
rescue/evidence/evidence.h:
rescue/format/words.h:
rescue/windows/drivers.h:
rescue/windows/windows.h:
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
rescue/windows/dump.h:
rescue/windows/image.h:
rescue/windows/traces.h:
rescue/core/list.h:
