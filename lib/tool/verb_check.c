/* verb_check.c - cimtool check: is a city file whole? */
#include "tool.h"

#include <string.h>

static void print_report(const cimtool_node *root)
{
    const cimtool_node *checks = cimtool_member(root, "checks"), *findings = cimtool_member(root, "findings");
    for (const cimtool_node *c = checks ? checks->child : NULL; c; c = c->next)
        printf("%-18s %10s checked  %s\n", cimtool_text(c, "name"), cimtool_text(c, "checked"),
               strcmp(cimtool_text(c, "findings"), "0") ? cimtool_text(c, "findings") : "ok");
    for (const cimtool_node *f = findings ? findings->child : NULL; f; f = f->next)
        printf("%s: %s: %s\n", cimtool_text(f, "check"), cimtool_text(f, "place"), cimtool_text(f, "text"));
}

int verb_check(cimtool *t)
{
    cim_buf report = CIM_BUF_INIT;
    size_t findings = 0;
    uint32_t flags = (cimtool_has(t, "foreign") ? CIM_CHECK_FOREIGN : 0) | (cimtool_has(t, "quick") ? CIM_CHECK_QUICK : 0);
    cim_status st = cim_check(t->ctx, t->args[0], flags, &report, &findings);
    if (st < 0) return cimtool_fail(t, st);
    if (t->json) {
        cimtool_print_json_object(report.data);
    } else {
        cimtool_node *root = cimtool_json_read(report.data);
        if (root) print_report(root);
        cimtool_json_free(root);
    }
    cim_buf_dispose(&report);
    return findings ? EXIT_NEGATIVE : EXIT_DONE;
}
