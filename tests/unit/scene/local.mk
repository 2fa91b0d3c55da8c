SCENE_TESTS = %D%/test_scene_town %D%/test_scene_rules
check_PROGRAMS += $(SCENE_TESTS)
TESTS += $(SCENE_TESTS)
SCENE_LDADD = tests/unit/cover/libscenes.la $(TEST_LDADD) -lm
%C%_test_scene_town_CPPFLAGS = $(TEST_CPPFLAGS) -I$(top_srcdir)/tests/unit/cover
%C%_test_scene_town_LDADD = $(SCENE_LDADD)
%C%_test_scene_rules_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_test_scene_rules_LDADD = $(SCENE_LDADD)
