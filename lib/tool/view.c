/* view.c - reading the JSON that libcim gives, and showing it to people. */
#include "tool.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Trusted input: the library wrote it. */
static cimtool_node *read_value(const char **p);

static void skip_blanks(const char **p)
{
    while (isspace((unsigned char)**p)) ++*p;
}

static void put_utf8(char **out, unsigned c)
{
    char *o = *out;
    if (c < 0x80) {
        *o++ = (char)c;
    } else if (c < 0x800) {
        *o++ = (char)(0xc0 | (c >> 6));
        *o++ = (char)(0x80 | (c & 63));
    } else {
        *o++ = (char)(0xe0 | (c >> 12));
        *o++ = (char)(0x80 | ((c >> 6) & 63));
        *o++ = (char)(0x80 | (c & 63));
    }
    *out = o;
}

static void read_escape(const char **p, char **out)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    char c = *(*p)++;
    const char *at = c ? strchr(from, c) : NULL;
    if (c == 'u') {
        char hex[5] = "";
        memcpy(hex, *p, strnlen(*p, 4));
        *p += strlen(hex);
        put_utf8(out, (unsigned)strtoul(hex, NULL, 16));
    } else {
        *(*out)++ = at ? to[at - from] : c;
    }
}

static char *read_string(const char **p)
{
    char *text = malloc(strlen(*p) + 1), *out = text; /* long texts waste some memory for a moment */
    if (!text) return NULL;
    for (++*p; **p && **p != '"';) {
        if (**p == '\\') {
            ++*p;
            read_escape(p, &out);
        } else {
            *out++ = *(*p)++;
        }
    }
    if (**p == '"') ++*p;
    *out = 0;
    char *fitted = realloc(text, (size_t)(out - text) + 1);
    return fitted ? fitted : text;
}

static cimtool_node *read_members(const char **p, cimtool_node *node, char close)
{
    cimtool_node **tail = &node->child;
    ++*p;
    for (skip_blanks(p); **p && **p != close; skip_blanks(p)) {
        char *key = NULL;
        if (close == '}') {
            key = read_string(p);
            skip_blanks(p);
            if (**p == ':') ++*p;
        }
        cimtool_node *child = read_value(p);
        if (!child) {
            free(key);
            return node;
        }
        child->key = key;
        *tail = child;
        tail = &child->next;
        skip_blanks(p);
        if (**p == ',') ++*p;
    }
    if (**p == close) ++*p;
    return node;
}

static char *copy_run(const char **p)
{
    size_t n = strcspn(*p, ",]} \n\t\r");
    char *text = malloc(n + 1);
    if (text) {
        memcpy(text, *p, n);
        text[n] = 0;
    }
    *p += n;
    return text;
}

static cimtool_node *read_value(const char **p)
{
    cimtool_node *node = calloc(1, sizeof *node);
    if (!node) return NULL;
    skip_blanks(p);
    node->type = **p;
    if (**p == '{') return read_members(p, node, '}');
    if (**p == '[') return read_members(p, node, ']');
    if (**p == '"') {
        node->text = read_string(p);
        return node;
    }
    if (!**p) {
        free(node);
        return NULL;
    }
    if (node->type != 't' && node->type != 'f') node->type = node->type == 'n' ? '0' : 'n';
    node->text = copy_run(p);
    return node;
}

cimtool_node *cimtool_json_read(const char *json) { return read_value(&json); }

void cimtool_json_free(cimtool_node *node)
{
    while (node) {
        cimtool_node *next = node->next;
        cimtool_json_free(node->child);
        free((char *)node->key);
        free((char *)node->text);
        free(node);
        node = next;
    }
}

const cimtool_node *cimtool_member(const cimtool_node *object, const char *key)
{
    for (const cimtool_node *n = object ? object->child : NULL; n; n = n->next)
        if (n->key && !strcmp(n->key, key)) return n;
    return NULL;
}

const char *cimtool_text(const cimtool_node *object, const char *key)
{
    const cimtool_node *n = cimtool_member(object, key);
    return n && n->text ? n->text : "";
}

/* ---- for people ---- */

static bool is_scalar(const cimtool_node *n) { return n->type != '{' && n->type != '['; }

static bool is_plain_list(const cimtool_node *n)
{
    for (const cimtool_node *c = n->child; c; c = c->next)
        if (!is_scalar(c)) return false;
    return true;
}

/* Separators of lines (U+2028, U+2029), and marks that turn the direction of writing (U+202A..E, U+2066..9): what follows would not
 * be where it seems to be. */
static bool turns(const unsigned char *p)
{
    return *p == 0xe2 && ((p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) || (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

size_t cimtool_character(const unsigned char *p, bool *safe)
{
    size_t n = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80) n = i;
    bool control = *p < ' ' || *p == 0x7f || (n == 2 && *p == 0xc2 && p[1] < 0xa0), broken = n == 1 && *p >= 0x80;
    *safe = !control && !broken && !(n == 3 && turns(p));
    return n;
}

void cimtool_print_safe(const char *text)
{
    bool safe;
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        size_t n = cimtool_character(p, &safe);
        if (safe) fwrite(p, 1, n, stdout);
        else putchar('?');
        p += n;
    }
}

void cimtool_print_string(const char *text)
{
    putchar('"');
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p == '"' || *p == '\\') printf("\\%c", *p);
        else if (*p < ' ' || *p == 0x7f) printf("\\u%04x", *p);
        else putchar(*p);
    }
    putchar('"');
}

static void print_line(const cimtool_node *n)
{
    for (const cimtool_node *c = n->child; c; c = c->next) {
        if (c->key) {
            cimtool_print_safe(c->key);
            putchar(' ');
        }
        if (is_scalar(c)) {
            cimtool_print_safe(c->text ? c->text : "");
        } else {
            putchar('(');
            print_line(c);
            putchar(')');
        }
        if (c->next) printf(", ");
    }
}

void cimtool_print(const cimtool_node *node, int indent)
{
    for (const cimtool_node *n = node->child; n; n = n->next) {
        printf("%*s", indent, "");
        if (n->key) {
            cimtool_print_safe(n->key);
            putchar(':');
        } else {
            putchar('-');
        }
        if (is_scalar(n)) {
            putchar(' ');
            cimtool_print_safe(n->text ? n->text : "");
            putchar('\n');
        } else if (!n->key || (n->type == '[' && is_plain_list(n))) { /* a member of a list takes a line */
            putchar(' ');
            print_line(n);
            putchar('\n');
        } else {
            putchar('\n');
            cimtool_print(n, indent + 2);
        }
    }
}

void cimtool_print_json_object(const char *json)
{
    if (json[0] == '{' && json[1] == '}') printf("{\"schema\":\"cimtool/1\"}\n");
    else printf("{\"schema\":\"cimtool/1\",%s\n", json + (json[0] == '{'));
}

void cimtool_show(cimtool *tool, const cim_buf *json)
{
    if (tool->json) {
        cimtool_print_json_object(json->data);
        return;
    }
    cimtool_node *root = cimtool_json_read(json->data);
    if (root) cimtool_print(root, 0);
    cimtool_json_free(root);
}
