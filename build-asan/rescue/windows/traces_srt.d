build-asan/rescue/windows/traces_srt.o: rescue/windows/traces_srt.c \
 rescue/windows/traces_internal.h rescue/windows/traces.h \
 rescue/windows/dump.h rescue/windows/windows.h rescue/format/words.h \
 rescue/ntfswrite/vol.h rescue/block/blk.h rescue/core/cleanup.h \
 rescue/core/err.h rescue/core/errors.def rescue/core/events.h \
 rescue/ntfs/raw.h rescue/core/view.h rescue/format/bytes.h \
 rescue/format/ntfsboot.h rescue/format/bootsector.h rescue/format/text.h
rescue/windows/traces_internal.h:
rescue/windows/traces.h:
rescue/windows/dump.h:
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
rescue/format/text.h:
