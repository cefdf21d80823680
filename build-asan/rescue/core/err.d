build-asan/rescue/core/err.o: rescue/core/err.c rescue/core/err.h \
 rescue/core/errors.def rescue/core/cleanup.h rescue/core/language.h \
 rescue/core/text.h rescue/core/view.h rescue/format/bytes.h \
 rescue/format/guid.h
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/cleanup.h:
rescue/core/language.h:
rescue/core/text.h:
rescue/core/view.h:
rescue/format/bytes.h:
rescue/format/guid.h:
