build-asan/rescue/core/font.o: rescue/core/font.c rescue/core/font.h \
 rescue/format/words.h
rescue/core/font.h:
rescue/format/words.h:
