build-asan/tests/unit/windows/help_dump.o: tests/unit/windows/help_dump.c \
 tests/unit/windows/help_dump.h tests/unit/windows/help.h \
 rescue/windows/internal.h rescue/windows/windows.h rescue/format/words.h \
 rescue/ntfswrite/vol.h rescue/block/blk.h rescue/core/cleanup.h \
 rescue/core/err.h rescue/core/errors.def rescue/core/events.h \
 rescue/ntfs/raw.h rescue/core/view.h rescue/format/bytes.h \
 rescue/format/ntfsboot.h rescue/format/bootsector.h \
 rescue/windows/dump.h rescue/format/pe.h
tests/unit/windows/help_dump.h:
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
rescue/windows/dump.h:
rescue/format/pe.h:
