build-asan/rescue/core/language.o: rescue/core/language.c \
 rescue/core/language_internal.h rescue/core/language.h \
 rescue/core/cleanup.h
rescue/core/language_internal.h:
rescue/core/language.h:
rescue/core/cleanup.h:
