build-asan/rescue/windows/drivers_state.o: rescue/windows/drivers_state.c \
 rescue/core/text.h rescue/core/view.h rescue/format/bytes.h \
 rescue/format/guid.h rescue/windows/drivers_internal.h \
 rescue/windows/drivers.h rescue/windows/windows.h rescue/format/words.h \
 rescue/ntfswrite/vol.h rescue/block/blk.h rescue/core/cleanup.h \
 rescue/core/err.h rescue/core/errors.def rescue/core/events.h \
 rescue/ntfs/raw.h rescue/format/ntfsboot.h rescue/format/bootsector.h \
 rescue/windows/internal.h
rescue/core/text.h:
rescue/core/view.h:
rescue/format/bytes.h:
rescue/format/guid.h:
rescue/windows/drivers_internal.h:
rescue/windows/drivers.h:
rescue/windows/windows.h:
rescue/format/words.h:
rescue/ntfswrite/vol.h:
rescue/block/blk.h:
rescue/core/cleanup.h:
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/events.h:
rescue/ntfs/raw.h:
rescue/format/ntfsboot.h:
rescue/format/bootsector.h:
rescue/windows/internal.h:
