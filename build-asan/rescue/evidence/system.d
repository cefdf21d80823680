build-asan/rescue/evidence/system.o: rescue/evidence/system.c \
 rescue/core/text.h rescue/core/view.h rescue/format/bytes.h \
 rescue/format/guid.h rescue/evidence/system.h rescue/evidence/evidence.h \
 rescue/format/words.h rescue/windows/drivers.h rescue/windows/windows.h \
 rescue/ntfswrite/vol.h rescue/block/blk.h rescue/core/cleanup.h \
 rescue/core/err.h rescue/core/errors.def rescue/core/events.h \
 rescue/ntfs/raw.h rescue/format/ntfsboot.h rescue/format/bootsector.h \
 rescue/windows/dump.h rescue/windows/image.h rescue/windows/traces.h
rescue/core/text.h:
rescue/core/view.h:
rescue/format/bytes.h:
rescue/format/guid.h:
rescue/evidence/system.h:
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
rescue/format/ntfsboot.h:
rescue/format/bootsector.h:
rescue/windows/dump.h:
rescue/windows/image.h:
rescue/windows/traces.h:
