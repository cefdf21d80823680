build-asan/rescue/windows/evtx_gather.o: rescue/windows/evtx_gather.c \
 rescue/windows/evtx_internal.h rescue/core/view.h rescue/format/bytes.h \
 rescue/windows/evtx.h rescue/windows/windows.h rescue/format/words.h \
 rescue/ntfswrite/vol.h rescue/block/blk.h rescue/core/cleanup.h \
 rescue/core/err.h rescue/core/errors.def rescue/core/events.h \
 rescue/ntfs/raw.h rescue/format/ntfsboot.h rescue/format/bootsector.h
rescue/windows/evtx_internal.h:
rescue/core/view.h:
rescue/format/bytes.h:
rescue/windows/evtx.h:
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
