/* verb_info.c - cimtool info: what a city file contains. */
#include "tool.h"

#include <string.h>

static void print_counts(const cimtool_node *root, const char *key, const char *title)
{
    const cimtool_node *counts = cimtool_member(root, key);
    if (!counts || !counts->child) return;
    printf("%s\n", title);
    for (const cimtool_node *n = counts->child; n; n = n->next) printf("  %10s  %s\n", n->text, n->key);
}

static void print_sources(const cimtool_node *root, bool reports)
{
    const cimtool_node *sources = cimtool_member(root, "sources");
    printf("sources\n");
    for (const cimtool_node *s = sources ? sources->child : NULL; s; s = s->next) {
        printf("  %s  %s %s  %s bytes  %s\n", cimtool_text(s, "number"), cimtool_text(s, "format"), cimtool_text(s, "version"), cimtool_text(s, "bytes"),
               cimtool_text(s, "uri"));
        if (reports) cimtool_print(s, 6);
    }
}

static void print_city(const cimtool_node *root, bool reports)
{
    const cimtool_node *extent = cimtool_member(root, "extent");
    printf("%s\n", cimtool_text(root, "file"));
    printf("  EPSG:%s, schema version %s, %s changes\n", cimtool_text(root, "epsg"), cimtool_text(root, "schema_version"), cimtool_text(root, "changes"));
    if (extent && extent->child) {
        printf("  extent ");
        for (const cimtool_node *n = extent->child; n; n = n->next) printf("%s%s", n->text, n->next ? ", " : "\n");
    }
    if (!strcmp(cimtool_text(root, "changed_by_others"), "true")) printf("  changed by another program since the last import\n");
    printf("%s objects, %s relations\n", cimtool_text(root, "objects"), cimtool_text(root, "relations_total"));
    print_counts(root, "classes", "classes");
    print_counts(root, "layers", "layers");
    print_counts(root, "relations", "relations");
    print_sources(root, reports);
}

int verb_info(cimtool *t)
{
    cim_city *city = NULL;
    cim_buf json = CIM_BUF_INIT;
    int status = cimtool_open(t, t->args[0], &city);
    if (status != EXIT_DONE) return status;
    cim_status st = cim_city_info(t->ctx, city, &json);
    if (st < 0) {
        status = cimtool_fail(t, st);
    } else if (t->json) {
        cimtool_print_json_object(json.data);
    } else {
        cimtool_node *root = cimtool_json_read(json.data);
        if (root) print_city(root, cimtool_has(t, "sources"));
        cimtool_json_free(root);
    }
    cim_buf_dispose(&json);
    cim_city_free(city);
    return status;
}
