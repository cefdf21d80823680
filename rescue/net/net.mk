# SPDX-License-Identifier: GPL-3.0-or-later
# $(BUILD)/unbrick-net, the one program that speaks to a network. What asks it (net.a: the client, what is said between the
# two, configuration) is a room of the path; what does the work is linked with the program alone. Included by the top Makefile.

NET_LIBS = $(shell pkg-config --libs libcurl ldap libssl libcrypto json-c)
NET_ROOM = client spawn wire secret config form key send time sntp
OBJ_net = $(NET_ROOM:%=$(BUILD)/rescue/net/%.o)
OBJ_netprogram = $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(NET_ROOM:%=rescue/net/%.c) rescue/net/main.c,$(wildcard rescue/net/*.c)))

$(BUILD)/lib/net.a: $(OBJ_net)
$(BUILD)/lib/netprogram.a: $(OBJ_netprogram)
$(BUILD)/lib/net.a $(BUILD)/lib/netprogram.a:
	@mkdir -p $(@D)
	@rm -f $@
	@ar rcsD $@ $^

NET_USES = $(patsubst %,$(BUILD)/lib/%.a,netprogram net core format)

$(BUILD)/unbrick-net: $(BUILD)/rescue/net/main.o $(NET_USES)
	$(link) $^ $(NET_LIBS) -o $@

$(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/net/test_*.c)): %: %.o $(NET_USES)
	$(link) $^ $(NET_LIBS) -lcmocka -o $@

$(filter $(BUILD)/fuzz/fuzz_net_%,$(FUZZ)): $(NET_USES)
$(filter $(BUILD)/fuzz/fuzz_net_%,$(FUZZ)): LIBS += $(NET_USES) $(NET_LIBS)

# its objects are known only here, and no room's list in the top Makefile has the program's
analyzer-objects: $(OBJ_net) $(OBJ_netprogram) $(BUILD)/rescue/net/main.o
