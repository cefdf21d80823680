build-asan/rescue/core/arena.o: rescue/core/arena.c rescue/core/arena.h \
 rescue/core/err.h rescue/core/errors.def rescue/core/secret.h
rescue/core/arena.h:
rescue/core/err.h:
rescue/core/errors.def:
rescue/core/secret.h:
