build-asan/rescue/core/list.o: rescue/core/list.c rescue/core/list.h
rescue/core/list.h:
