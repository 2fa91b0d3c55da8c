# embed.awk - the sources of the page's program as arrays of lines for page.c.
#   awk -f embed.awk viewer.html viewer.css a.js b.js ...
# Lines are kept, blanks at their beginning and lines that are only a comment are not.  Every array ends with a null pointer.
function kind_of(name) { return name ~ /\.css$/ ? "css" : name ~ /\.html$/ ? "html" : "js" }
function start(kind) { printf "%sstatic const char *const viewer_%s[] = {\n", open ? "NULL\n};\n" : "", kind; open = kind }
FNR == 1 { k = kind_of(FILENAME); if (k != open) start(k) }
{
    sub(/^[ \t]+/, "")
    if ($0 == "" || (k == "js" && /^\/\//)) next
    gsub(/[\\"?]/, "\\\\&")
    printf "\"%s\\n\",\n", $0
}
END { print "NULL\n};" }
