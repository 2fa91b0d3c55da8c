/* picture.c - options and reports of verbs that draw. */
#include "picture.h"

#include <string.h>

static int choose(cimtool *t, picture *p)
{
    const char *expression = cimtool_value(t, "filter");
    if (!expression) return EXIT_DONE;
    cim_status st = cim_query_run(t->ctx, p->city, expression, NULL, &p->found);
    if (st < 0) return cimtool_fail(t, st);
    p->filtered = true;
    if (p->found.count) return EXIT_DONE;
    cimtool_complain("no object is like that");
    return EXIT_NEGATIVE;
}

int picture_open(cimtool *t, picture *p)
{
    int at = 0;
    const char *layer;
    p->path = cimtool_value(t, "output");
    if (!p->path) p->path = "-";
    while ((layer = cimtool_next_value(t, "layer", &at))) p->layers[p->layer_count++] = layer;
    int status = cimtool_open(t, t->args[0], &p->city);
    return status == EXIT_DONE ? choose(t, p) : status;
}

void picture_close(picture *p)
{
    cim_query_result_dispose(&p->found);
    cim_city_free(p->city);
}

static void tell(const picture *p, const char *report, const char *what)
{
    cimtool_node *root = cimtool_json_read(report);
    const char *scale = cimtool_text(root, "scale");
    cimtool_print_safe(p->path);
    printf(": %s of %s objects", what, cimtool_text(root, "objects"));
    if (*scale) printf(", 1:%s", scale);
    if (*cimtool_text(root, "bytes")) printf(", %s bytes", cimtool_text(root, "bytes"));
    printf("\n");
    const cimtool_node *layers = cimtool_member(root, "layers");
    for (const cimtool_node *l = layers ? layers->child : NULL; l; l = l->next) {
        printf("  layer ");
        cimtool_print_safe(cimtool_text(l, "title"));
        printf(": %s features", cimtool_text(l, "features"));
        if (*cimtool_text(l, "by")) printf(", coloured by "), cimtool_print_safe(cimtool_text(l, "by"));
        printf("\n");
    }
    cimtool_json_free(root);
}

int picture_finish(cimtool *t, const picture *p, cim_status st, const cim_buf *report, const char *what)
{
    if (st < 0) {
        int status = cimtool_fail(t, st);
        return st == CIM_ENOTFOUND && status == EXIT_NEGATIVE && !cimtool_value(t, "around") ? EXIT_FAILED : status; /* a reference system, not an object */
    }
    if (!report->data || !strcmp(p->path, "-")) return EXIT_DONE; /* the picture itself went to standard output */
    if (t->json) cimtool_print_json_object(report->data);
    else if (!t->quiet) tell(p, report->data, what);
    return EXIT_DONE;
}
