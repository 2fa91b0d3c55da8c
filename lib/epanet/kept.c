/* kept.c - ids of nodes and links in a city, and what is kept of the file with its Network object. */
#include "epanet/epanet.h"

/* '#' divides ids of segments in a city; what is escaped stays readable. */
void cim__epa_put_gid(cim__buf *out, cim__str prefix, bool link, cim__str name)
{
    static const char hex[] = "0123456789ABCDEF";
    cim__buf_putstr(out, prefix);
    cim__buf_puts(out, link ? "link/" : "node/");
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (c > ' ' && c != '#' && c != '%' && c != 0x7f) {
            cim__buf_putc(out, (char)c);
            continue;
        }
        cim__buf_putc(out, '%');
        cim__buf_putc(out, hex[c >> 4]);
        cim__buf_putc(out, hex[c & 15]);
    }
}

void cim__epa_put_kept(cim__buf *out, const cim__epa_kept *k)
{
    cim__json json = cim__json_on(out);
    cim__json_open(&json, '{');
    cim__json_key(&json, "epanet");
    cim__json_open(&json, '{');
    cim__json_kv_str(&json, "prefix", k->prefix);
    cim__json_kv_int(&json, "epsg", k->epsg);
    if (k->swapped) cim__json_kv_bool(&json, "swapped", true);
    if (k->latin1) cim__json_kv_text(&json, "encoding", "ISO-8859-1");
    cim__json_kv_str(&json, "text", k->text);
    cim__json_close(&json, '}');
    cim__json_close(&json, '}');
}

bool cim__epa_get_kept(cim__str residue, cim__epa_kept *k)
{
    cim__jvalue root, kept, value;
    double number = 0.0;
    memset(k, 0, sizeof *k);
    if (!residue.len || !cim__jparse(residue, &root) || !cim__jfind(root, CIM__STR("epanet"), &kept) || kept.type != CIM__J_OBJECT) return false;
    if (!cim__jfind(kept, CIM__STR("epsg"), &value) || !cim__jnumber(value, &number) || !(number >= 0.0 && number < 1e9)) return false;
    k->epsg = (int32_t)number;
    k->swapped = cim__jfind(kept, CIM__STR("swapped"), &value) && value.type == CIM__J_TRUE;
    k->latin1 = cim__jfind(kept, CIM__STR("encoding"), &value);
    if (!cim__jfind(kept, CIM__STR("prefix"), &k->prefix_value) || k->prefix_value.type != CIM__J_STRING) return false;
    if (!cim__jfind(kept, CIM__STR("text"), &k->text_value) || k->text_value.type != CIM__J_STRING) return false;
    return true;
}
