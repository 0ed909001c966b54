/* The adapter protocol of Conclave: one JSON object per line in, one per line out.
 *
 * What is to be filled in stands in client.c and client.h; json.c, shapes.c and this file are the
 * protocol of docs/adapter.md and can stay as they are. */
#include "protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct answer answer(const char *class, const char *code)
{
    return (struct answer){class, code, NULL};
}

enum { PROTOCOL = 2 };

struct session {
    struct bytes name;
    struct client *client;
};

static struct session *sessions;
static size_t sessions_n;

static struct session *session_of(struct bytes name)
{
    for (size_t i = 0; i < sessions_n; i++)
        if (sessions[i].name.n == name.n && !memcmp(sessions[i].name.at, name.at, name.n))
            return &sessions[i];
    return NULL;
}

static void put_words(struct buffer *to, const char *name, const char *const *words)
{
    put_name(to, name);
    for (size_t i = 0; words[i] != NULL; i++) {
        put(to, i == 0 ? "[" : ",");
        put_word(to, words[i]);
    }
    put(to, words[0] == NULL ? "[]" : "]");
}

/* Who this is and what it can do. */
static struct answer hello(const struct given *given)
{
    const char *formulas[FORMULAS_MAX + 1];
    for (size_t i = 0; i <= FORMULAS_MAX; i++) {
        formulas[i] = FORMULAS[i].word;
        if (formulas[i] == NULL) break;
    }
    formulas[FORMULAS_MAX] = NULL;
    if (number_of(given, "protocol_min") > PROTOCOL || number_of(given, "protocol_max") < PROTOCOL)
        return said("unsupported", "speaks protocol %d only", PROTOCOL);
    put(&result, "{\"hello\":{\"protocol\":");
    put_number(&result, PROTOCOL);
    put_name(&result, "name");
    put_word(&result, NAME);
    put_name(&result, "version");
    put_word(&result, VERSION);
    put_words(&result, "roles", ROLES);
    put_words(&result, "profiles", PROFILES);
    put_words(&result, "formulas", formulas);
    put_words(&result, "randomness", RANDOMNESS);
    put_words(&result, "codecs", CODECS);
    put(&result, ",\"maps_codes\":false}}"); /* true once every refusal has the right rule */
    return answer("accept", NULL);
}

/* The outputs of a formula. */
static struct answer compute(const struct given *given)
{
    const struct shape *formula = shape_of(FORMULAS, bytes_of(given, "formula"));
    struct given inputs;
    if (formula == NULL) return said("unsupported", "a formula that is not declared");
    struct answer wrong = read_fields(formula, NULL, value_of(given, "inputs")->json, &inputs);
    return wrong.class != NULL ? wrong : formula->place(NULL, &inputs);
}

/* A new session, at the end of the list. */
static struct answer open_session(struct bytes name, const struct given *given)
{
    if (session_of(name) != NULL) return BAD("a session that is open already");
    struct client *client = no_null(calloc(1, sizeof *client));
    struct answer opened = client_open(client, given);
    if (strcmp(opened.class, "accept") != 0) {
        free(client->outputs.at);
        free(client);
        return opened;
    }
    uint8_t *kept = no_null(malloc(name.n + 1));
    memcpy(kept, name.at, name.n);
    sessions = no_null(realloc(sessions, (sessions_n + 1) * sizeof *sessions));
    sessions[sessions_n++] = (struct session){{kept, name.n}, client};
    put(&result, "{\"opened\":{\"ivk\":");
    put_hex(&result, (struct bytes){client->ivk, sizeof client->ivk});
    put(&result, "}}");
    return opened;
}

static struct answer close_session(struct session *session, const struct given *given)
{
    struct answer closed = on_close(session->client, given);
    free(session->client->outputs.at);
    free(session->client);
    free((void *)session->name.at);
    *session = sessions[--sessions_n];
    return closed;
}

static struct answer deliver(struct client *client, const struct json *message)
{
    struct given given;
    const struct json *kind = entry_of(message, "kind");
    const struct shape *shape = NULL;
    if (kind != NULL && kind->type == JSON_TEXT) shape = shape_of(MESSAGES, kind->text);
    if (shape == NULL) return BAD("an unknown kind");
    struct answer wrong = read_fields(shape, "kind", message, &given);
    return wrong.class != NULL ? wrong : shape->place(client, &given);
}

/* Answers what is asked of the session of that name, if there is a name. */
static struct answer respond(const struct json *name, const struct json *input)
{
    struct given given;
    const struct json *op = entry_of(input, "op");
    const struct shape *shape = NULL;
    if (op != NULL && op->type == JSON_TEXT) shape = shape_of(INPUTS, op->text);
    if (shape == NULL) return BAD("an unknown op");
    struct answer wrong = read_fields(shape, "op", input, &given);
    if (wrong.class != NULL) return wrong;
    if (same(op->text, "hello")) return hello(&given);
    if (same(op->text, "compute")) return compute(&given);
    if (name == NULL) return BAD("an input for a session, without its name");
    if (same(op->text, "open")) return open_session(name->text, &given);
    struct session *session = session_of(name->text);
    if (session == NULL) return BAD("no such session");
    if (same(op->text, "close")) return close_session(session, &given);
    if (same(op->text, "deliver"))
        return deliver(session->client, value_of(&given, "message")->json);
    return shape->place(session->client, &given);
}

/* A request's own fields, then what it asks. */
static struct answer answer_to(const struct json *request, const struct json **name)
{
    static const char *const known[] = {"id", "session", "case", "input", NULL};
    const struct json *id = entry_of(request, "id"), *input = entry_of(request, "input");
    const struct json *session = entry_of(request, "session"), *of = entry_of(request, "case");
    for (const struct json *entry = request->first; entry != NULL; entry = entry->next)
        if (!among(entry->key, known)) return BAD("a request with an unknown field");
    if (id == NULL || id->type != JSON_NUMBER || !id->whole) return BAD("a request without an id");
    if (input == NULL || input->type != JSON_OBJECT) return BAD("a request without an input");
    if (of != NULL && of->type != JSON_TEXT && of->type != JSON_NULL)
        return BAD("a case that is no text");
    if (session != NULL && session->type != JSON_TEXT && session->type != JSON_NULL)
        return BAD("a session that is no text");
    if (session != NULL && session->type == JSON_TEXT) *name = session;
    return respond(*name, input);
}

/* What a client reports with its answer: what was emitted for it, and what comes next. */
static void put_told(struct buffer *to, struct client *client)
{
    if (client->outputs.n > 0) {
        put(to, ",\"outputs\":[");
        put_bytes(to, client->outputs.at, client->outputs.n);
        put(to, "]");
    }
    client->outputs.n = 0;
    if (client->has_deadline) {
        put(to, ",\"deadline_ms\":");
        put_number(to, client->deadline_ms);
    }
}

/* The one answer to a line, whatever is on it. */
static void serve(uint8_t *line, size_t n, struct buffer *to)
{
    bool repeated = false;
    const struct json *name = NULL, *id = NULL;
    struct json *request = n > LINE_BYTES_MAX ? NULL : read_json(line, n, &repeated);
    struct answer a = BAD(n > LINE_BYTES_MAX ? "a line of more than 1 MiB" : "not one JSON object");
    result.n = to->n = 0;
    if (request != NULL) id = entry_of(request, "id");
    if (request != NULL && request->type == JSON_OBJECT)
        a = repeated ? BAD("a repeated key") : answer_to(request, &name);
    put(to, "{\"id\":");
    put_number(to, id != NULL && id->type == JSON_NUMBER && id->whole ? id->number : 0);
    put_name(to, "class");
    put_word(to, a.class);
    if (a.code != NULL) put_name(to, "code"), put_word(to, a.code);
    if (a.detail != NULL) put_name(to, "detail"), put_word(to, a.detail);
    if (result.n > 0) put_name(to, "result"), put_bytes(to, result.at, result.n);
    struct session *session = name == NULL ? NULL : session_of(name->text);
    if (session != NULL) put_told(to, session->client);
    put(to, "}\n");
    free(request);
}

/* Reads a line into `line`, at most one byte more than is allowed; the rest of it is lost. */
static bool read_line(uint8_t *line, size_t *n)
{
    int c;
    *n = 0;
    while ((c = getchar()) != EOF && c != '\n')
        if (*n <= LINE_BYTES_MAX) line[(*n)++] = (uint8_t)c;
    return c != EOF || *n > 0;
}

/* Serves standard input until it ends. Anything for people goes to standard error. */
int main(void)
{
    static uint8_t line[LINE_BYTES_MAX + 1];
    struct buffer out = {NULL, 0, 0};
    size_t n;
    while (read_line(line, &n)) {
        serve(line, n, &out);
        fwrite(out.at, 1, out.n, stdout);
        fflush(stdout); /* the harness waits for the answer */
    }
    free(out.at);
    free(result.at);
    for (size_t i = 0; i < sessions_n; i++) {
        free((void *)sessions[i].name.at);
        free(sessions[i].client->outputs.at);
        free(sessions[i].client);
    }
    free(sessions);
    return 0;
}
