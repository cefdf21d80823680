build-asan/tests/unit/ntfslog/replay_help.o: \
 tests/unit/ntfslog/replay_help.c tests/unit/ntfslog/replay_help.h \
 rescue/core/view.h rescue/format/bytes.h
tests/unit/ntfslog/replay_help.h:
rescue/core/view.h:
rescue/format/bytes.h:
