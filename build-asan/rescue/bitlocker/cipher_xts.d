build-asan/rescue/bitlocker/cipher_xts.o: rescue/bitlocker/cipher_xts.c \
 rescue/bitlocker/cipher.h rescue/bitlocker/internal.h \
 rescue/bitlocker/bitlocker.h rescue/block/blk.h rescue/core/cleanup.h \
 rescue/core/err.h rescue/core/errors.def rescue/core/events.h \
 rescue/core/protector.h rescue/core/secret.h rescue/format/words.h \
 rescue/core/text.h rescue/core/view.h rescue/format/bytes.h \
 rescue/format/guid.h rescue/format/bootsector.h
rescue/bitlocker/cipher.h:
rescue/bitlocker/internal.h:
rescue/bitlocker/bitlocker.h:
rescue/block/blk.h:
rescue/core/cleanup.h:
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/events.h:
rescue/core/protector.h:
rescue/core/secret.h:
rescue/format/words.h:
rescue/core/text.h:
rescue/core/view.h:
rescue/format/bytes.h:
rescue/format/guid.h:
rescue/format/bootsector.h:
