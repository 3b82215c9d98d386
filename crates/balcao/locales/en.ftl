# What the command line says. The keys `cli-…` are the help of each command and argument.

cli = Balcão: the support desk of a partner API, where every problem is answered with proof
cli-lang = Language of what is said: pt-BR or en [default: the environment's]
cli-diagnose = Diagnose messages: one JSON object a line in, one diagnosis a line out, in the same order
cli-diagnose-long =
    Diagnose messages: one JSON object a line in, one diagnosis a line out, in the same order.

    Nothing else is written to standard output. A line that is no message gets a line with `error`, the run goes on,
    and the exit status is then 1.

    Example:
      balcao diagnose --registry examples/parceiros/registry.json --requests examples/parceiros/requests.ndjson \
        --docs examples/parceiros/docs --pretty examples/parceiros/inbound.ndjson
cli-diagnose-pretty = Print reports for people instead of JSON
cli-extract = Print only the seven evidences of each message, with where each was found
cli-evaluate = Diagnose labelled cases and report what was right, per field and per cause
cli-evaluate-json = Print the figures as JSON
cli-evaluate-cases = Labelled cases (with `inbound` and `expected`) or labelled questions (with `question` and `accept`), a line each
cli-docs = Search the official documentation
cli-docs-search = Answer a question with the excerpt that answers it, and list what else comes near
cli-docs-search-api_version = Version of the API that the question is about
cli-docs-search-json = Print the answer as JSON
cli-docs-search-question = The question, as a partner would ask it
cli-procedure = Check or show the procedure
cli-procedure-check = Find unknown names, unreachable lines, situations without a reply, and sections that nothing implements
cli-procedure-show = Print the procedure for people, as Markdown
cli-completions = Print the completions of a shell
cli-completions-shell = The shell
cli-any-registry = What the desk knows: partners, users, keys, calendar (required until the desk has a database)
cli-any-requests = The request log, one request a line
cli-any-docs = The official documentation: Markdown, HTML and OpenAPI files
cli-any-procedure = The procedure [default: the one that comes with the program]
cli-any-inbound = Inbound messages, a line each, or `-` for standard input

docs-silent = The documentation does not answer this. What comes nearest:
procedure-clean = The procedure is in order.
procedure-problems = { $count } problem(s) in the procedure.
evaluate-cases = { $cases } cases
evaluate-fields = Right per field
evaluate-causes = Right per cause
evaluate-confusion = Causes confused (cases, expected → got)
evaluate-failures = Failures (expected ≠ got)
error-open = { $path } cannot be read
error-no-registry = the registry is missing: name it with --registry registry.json
error-registry = the registry { $path } cannot be used
error-procedure = the procedure cannot be used:
error-words = the file { $file } cannot be used
error-questions = the labelled questions cannot be read
error-case = line { $line } is no labelled case
error-line = line { $line }: { $error }
error-not-utf8 = the line is no UTF-8 text
