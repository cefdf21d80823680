build-asan/rescue/core/language_match.o: rescue/core/language_match.c \
 rescue/core/language_internal.h rescue/core/language.h \
 rescue/core/cleanup.h
rescue/core/language_internal.h:
rescue/core/language.h:
rescue/core/cleanup.h:
