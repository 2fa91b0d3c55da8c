/* profile.c - what a path is like: horizons, effective heights and roughness, from heights of the ground or from its roughness alone. */
#include "radio/itm.h"

enum { SAMPLES = 245 };

/* The line that fits heights between two distances best, as its values at both ends of the whole profile. */
static void fit(const double *z, size_t last, double step, double from, double to, double ends[2])
{
    size_t begin = (size_t)fdim(from / step, 0.0), end = last - (size_t)fdim((double)last, to / step);
    if (end <= begin) { /* too short to fit: one step more on both sides */
        begin = begin ? begin - 1 : 0;
        end = end + 1 < last ? end + 1 : last;
    }
    double n = (double)(end - begin), middle = 0.5 * n, sum = 0.5 * (z[begin] + z[end]), moment = 0.5 * middle * (z[end] - z[begin]);
    for (size_t i = begin + 1; i < end; i++) {
        sum += z[i];
        moment += z[i] * ((double)(i - begin) - middle);
    }
    double mean = sum / n, slope = 12.0 * moment / ((n * n + 2.0) * n), centre = (double)begin + middle;
    ends[0] = mean - slope * centre;
    ends[1] = mean + slope * ((double)last - centre);
}

static void falling(double *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double x = v[i];
        size_t k = i;
        for (; k && v[k - 1] < x; k--) v[k] = v[k - 1];
        v[k] = x;
    }
}

/* The height between which and the other end lie eight tenths of the ground between two distances, of an endless path. */
static double roughness(const double *z, size_t last, double step, double from, double to)
{
    double begin = from / step, length = to / step - begin, v[SAMPLES], ends[2];
    if (length < 2.0) return 0.0;
    size_t tenth = (size_t)(0.1 * (length + 8.0));
    tenth = tenth < 4 ? 4 : tenth > 25 ? 25 : tenth;
    size_t n = 10 * tenth - 5, i = (size_t)begin;
    double pace = length / (double)(n - 1), past = begin - (double)(i + 1); /* past: from point i + 1, in steps */
    for (size_t k = 0; k < n; k++, past += pace) {
        for (; past > 0.0 && i + 1 < last; i++) past -= 1.0;
        v[k] = z[i + 1] + (z[i + 1] - z[i]) * past;
    }
    fit(v, n - 1, 1.0, 0.0, (double)(n - 1), ends);
    double slope = (ends[1] - ends[0]) / (double)(n - 1);
    for (size_t k = 0; k < n; k++) v[k] -= ends[0] + slope * (double)k;
    falling(v, n);
    return (v[tenth - 1] - v[n - tenth]) / (1.0 - 0.8 * exp(-(to - from) / 50e3));
}

static void horizons(cim__path *p, const double *z, size_t last, double step)
{
    double a = z[0] + p->height_m[0], b = z[last] + p->height_m[1], sag = 0.5 * p->curvature;
    p->horizon_rad[0] = (b - a) / p->length_m - p->length_m * sag;
    p->horizon_rad[1] = (a - b) / p->length_m - p->length_m * sag;
    p->horizon_m[0] = p->horizon_m[1] = p->length_m;
    double x = 0.0, y = p->length_m;
    for (size_t i = 1; i < last; i++) {
        x += step, y -= step;
        double up[2] = { (z[i] - a) / x - x * sag, (z[i] - b) / y - y * sag };
        for (int k = 0; k < 2; k++) {
            if (!(up[k] > p->horizon_rad[k])) continue;
            p->horizon_rad[k] = up[k];
            p->horizon_m[k] = k ? y : x;
        }
    }
}

static double smooth_horizon(const cim__path *p, int k) { return sqrt(2.0 * p->effective_m[k] / p->curvature); }

static double usual_horizon(const cim__path *p, int k) { return smooth_horizon(p, k) * exp(-0.07 * sqrt(p->rough_m / fmax(p->effective_m[k], 5.0))); }

static double usual_angle(const cim__path *p, int k)
{
    double smooth = smooth_horizon(p, k);
    return (0.65 * p->rough_m * (smooth / p->horizon_m[k] - 1.0) - 2.0 * p->effective_m[k]) / smooth;
}

/* Nothing is in the way: the horizons are behind the other end, so they are those usual for the heights above the fitted ground. */
static void open_path(cim__path *p)
{
    for (int k = 0; k < 2; k++) p->horizon_m[k] = usual_horizon(p, k);
    double both = p->horizon_m[0] + p->horizon_m[1];
    if (both <= p->length_m) {
        double q = p->length_m / both;
        for (int k = 0; k < 2; k++) {
            p->effective_m[k] *= q * q;
            p->horizon_m[k] = usual_horizon(p, k);
        }
    }
    for (int k = 0; k < 2; k++) p->horizon_rad[k] = usual_angle(p, k);
}

void cim__path_profile(cim__path *p, const double *heights, size_t count, double step)
{
    size_t last = count - 1;
    p->length_m = (double)last * step;
    p->profile = true;
    horizons(p, heights, last, step);
    double from = fmin(15.0 * p->height_m[0], 0.1 * p->horizon_m[0]), to = p->length_m - fmin(15.0 * p->height_m[1], 0.1 * p->horizon_m[1]);
    double tx[2], rx[2];
    p->rough_m = roughness(heights, last, step, from, to);
    bool open = p->horizon_m[0] + p->horizon_m[1] > 1.5 * p->length_m;
    fit(heights, last, step, from, open ? to : 0.9 * p->horizon_m[0], tx);
    fit(heights, last, step, open ? from : p->length_m - 0.9 * p->horizon_m[1], to, rx);
    p->effective_m[0] = p->height_m[0] + fdim(heights[0], tx[0]);
    p->effective_m[1] = p->height_m[1] + fdim(heights[last], rx[1]);
    if (open) open_path(p);
}

void cim__path_area(cim__path *p, const int32_t siting[2])
{
    for (int k = 0; k < 2; k++) {
        double h = p->height_m[k], gain = siting[k] == CIM_RADIO_CAREFUL ? 4.0 : 9.0;
        if (h < 5.0) gain *= sin(0.31415926535897932385 * h);
        p->effective_m[k] = h;
        if (siting[k] != CIM_RADIO_RANDOM) p->effective_m[k] += (1.0 + gain) * exp(-fmin(20.0, 2.0 * h / fmax(1e-3, p->rough_m)));
        p->horizon_m[k] = usual_horizon(p, k);
        p->horizon_rad[k] = usual_angle(p, k);
    }
}
