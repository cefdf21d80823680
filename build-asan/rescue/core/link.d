build-asan/rescue/core/link.o: rescue/core/link.c rescue/core/link.h \
 rescue/core/redact.h
rescue/core/link.h:
rescue/core/redact.h:
