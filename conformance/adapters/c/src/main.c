/* A foreign client for Conclave: one JSON object per line in, one per line out (docs/adapter.md). */
#include <stdio.h>
#include <stdlib.h>

#include "compute.h"
#include "meeting.h"

enum { LINE_MAX_BYTES = 1 << 20 };

struct named_session {
    struct text name;
    struct session *s;
};
static ARRAY(struct named_session) sessions;

static struct named_session *session_find(const struct text *name)
{
    for (size_t i = 0; i < sessions.n; i++)
        if (text_equal(&sessions.at[i].name, name)) return &sessions.at[i];
    return NULL;
}

static json_t *string_list(const char *const *at, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(list, json_string(at[i]));
    return list;
}

static json_t *hello(void)
{
    json_t *names = json_array();
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        json_array_append_new(names, json_string(profiles[i].name));
    return json_pack("{s:i,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:b,s:{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}}", "protocol", 2, "name",
                     "conclave-c", "version", "1.0.0", "roles",
                     string_list((const char *[]){"leader", "participant"}, 2), "profiles", names,
                     "formulas", formula_names(), "randomness",
                     string_list((const char *[]){"tape", "seeded", "opaque"}, 3), "codecs",
                     string_list((const char *[]){"bytes", "fields"}, 2), "maps_codes", 1,
                     "policies", "first_key_wait",
                     string_list((const char *[]){"no_wait", "wait"}, 2), "coalescing",
                     string_list((const char *[]){"at_21", "never"}, 2), "takeover_key",
                     string_list((const char *[]){"rotate", "keep"}, 2), "leader_wait",
                     string_list((const char *[]){"waits", "at_once"}, 2), "leave_in_throttle",
                     string_list((const char *[]){"throttled", "immediate"}, 2), "replay_window",
                     string_list((const char *[]){"window", "increase"}, 2), "unlisted_sender",
                     string_list((const char *[]){"play", "drop"}, 2), "leaves_counted",
                     string_list((const char *[]){"device", "user"}, 2), "first_heartbeat",
                     string_list((const char *[]){"any", "own_join"}, 2));
}

static json_t *result_of(const char *kind, json_t *inside)
{
    json_t *result = json_object();
    json_object_set_new(result, kind, inside);
    return result;
}

/* hello and compute belong to no session. */
static verdict without_session(bytes op, json_t *input, json_t **result)
{
    struct reader r = read_object(input);
    take_string(&r, "op");
    if (bytes_equal(op, bytes_of("hello"))) {
        uint64_t least = take_number(&r, "protocol_min"), most = take_number(&r, "protocol_max");
        if (!all_taken(&r) || least > UINT32_MAX || most > UINT32_MAX)
            return BAD("a hello of another shape");
        if (least > 2 || most < 2) return (verdict){UNSUPPORTED, "protocol 2 only"};
        *result = result_of("hello", hello());
        return OK;
    }
    if (!bytes_equal(op, bytes_of("compute"))) return BAD("no such operation, or no session");
    bytes formula = take_string(&r, "formula");
    json_t *inputs = take_object(&r, "inputs"), *outputs = json_object();
    verdict done = all_taken(&r) ? compute(formula, inputs, outputs)
                                 : BAD("a compute of another shape");
    if (done.class == ACCEPT) *result = result_of("computed", outputs);
    else json_decref(outputs);
    return done;
}

static bool changes_state(enum class class)
{
    return class == ACCEPT || class == PENDING || class == LEAVE;
}

static verdict open_session(const struct text *name, json_t *input, struct input *in,
                            json_t **result)
{
    if (session_find(name) != NULL) return BAD("a session of that name is open");
    verdict done = session_open(input, in);
    if (done.class != ACCEPT) {
        session_free(in->s);
        in->s = NULL;
        return done;
    }
    struct named_session *to = ARRAY_PUSH(sessions);
    to->name = *name;
    to->s = in->s;
    json_t *opened = json_object();
    json_object_set_new(opened, "ivk", json_hex(BYTES(in->s->ivk)));
    *result = result_of("opened", opened);
    return OK;
}

static verdict in_session(const struct text *name, bytes op, json_t *input, struct input *in,
                          json_t **result)
{
    if (bytes_equal(op, bytes_of("open"))) return open_session(name, input, in, result);
    struct named_session *known = session_find(name);
    if (known == NULL) return BAD("no such session");
    struct reader r = read_object(input);
    take_string(&r, "op");
    if (bytes_equal(op, bytes_of("close"))) {
        if (!all_taken(&r)) return BAD("a close of another shape");
        session_free(known->s);
        ARRAY_REMOVE(sessions, (size_t)(known - sessions.at));
        return OK;
    }
    in->s = known->s;
    if (bytes_equal(op, bytes_of("observe"))) {
        if (!all_taken(&r)) return BAD("an observe of another shape");
        *result = result_of("observed", session_observe(known->s));
        return OK;
    }
    in->s = session_copy(known->s);
    verdict done = session_input(in, op, &r);
    struct session *kept = changes_state(done.class) ? in->s : known->s;
    session_free(kept == in->s ? known->s : in->s);
    in->s = known->s = kept;
    return done;
}

/* The request's own fields, then what it asks. */
static verdict answer(json_t *request, struct input *in, json_t **result)
{
    struct reader r = read_object(request);
    struct text name;
    take_number(&r, "id");
    json_t *input = take_object(&r, "input");
    if (json_object_get(request, "case") != NULL) take_string(&r, "case");
    bool for_session = json_object_get(request, "session") != NULL;
    if (for_session) take_name(&r, "session", &name);
    if (!all_taken(&r)) return BAD("a request of another shape");
    struct reader inside = read_object(input);
    bytes op = take_string(&inside, "op");
    if (inside.bad) return BAD("a request without operation");
    if (for_session) return in_session(&name, op, input, in, result);
    return without_session(op, input, result);
}

static json_int_t id_of(json_t *request)
{
    json_t *id = json_object_get(request, "id");
    return json_is_integer(id) && json_integer_value(id) >= 0 ? json_integer_value(id) : 0;
}

static void put_line(json_t *response)
{
    char *text = json_dumps(response, JSON_COMPACT);
    if (text == NULL) fatal("an answer that cannot be written");
    puts(text);
    fflush(stdout);
    free(text);
}

static void handle(const char *line, size_t n)
{
    static const char *const classes[] = {"accept", "reject", "ignore", "pending", "leave",
                                          "unsupported", "bad_request", "internal"};
    json_t *request = NULL, *result = NULL, *response = json_object();
    struct input in = {NULL, json_array(), json_array()};
    verdict done = BAD("a line that is too long");
    if (n <= LINE_MAX_BYTES) {
        request = json_loadb(line, n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
        if (request != NULL) {
            done = answer(request, &in, &result);
        } else {
            done = BAD("not JSON, or a key twice");
            request = json_loadb(line, n, JSON_ALLOW_NUL, NULL); /* for its id */
        }
    }
    json_object_set_new(response, "id", json_integer(id_of(request)));
    json_object_set_new(response, "class", json_string(classes[done.class]));
    bool words = done.class >= UNSUPPORTED;
    if (done.why != NULL) json_object_set_new(response, words ? "detail" : "code", json_string(done.why));
    if (changes_state(done.class)) {
        if (json_array_size(in.outputs) > 0) json_object_set(response, "outputs", in.outputs);
        if (json_array_size(in.drawn) > 0) json_object_set(response, "drawn", in.drawn);
    }
    uint64_t deadline;
    if (in.s != NULL && session_deadline(in.s, &deadline))
        json_object_set_new(response, "deadline_ms", json_integer((json_int_t)deadline));
    if (result != NULL) json_object_set_new(response, "result", result);
    put_line(response);
    json_decref(response);
    json_decref(request);
    json_decref(in.outputs);
    json_decref(in.drawn);
    scratch_reset();
}

/* Reads a line into `line`, at most one byte more than is allowed; the rest of it is lost. */
static bool read_line(char *line, size_t *n)
{
    int c;
    *n = 0;
    while ((c = getchar_unlocked()) != EOF && c != '\n')
        if (*n <= LINE_MAX_BYTES) line[(*n)++] = (char)c;
    return c != EOF || *n > 0;
}

int main(void)
{
    char *line = malloc(LINE_MAX_BYTES + 1);
    size_t n;
    if (line == NULL) fatal("no memory");
    crypto_start();
    while (read_line(line, &n)) handle(line, n);
    for (size_t i = 0; i < sessions.n; i++) session_free(sessions.at[i].s);
    ARRAY_FREE(sessions);
    free(line);
    return 0;
}
