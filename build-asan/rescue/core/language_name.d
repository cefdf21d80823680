build-asan/rescue/core/language_name.o: rescue/core/language_name.c \
 rescue/core/cleanup.h rescue/core/language_internal.h \
 rescue/core/language.h
rescue/core/cleanup.h:
rescue/core/language_internal.h:
rescue/core/language.h:
