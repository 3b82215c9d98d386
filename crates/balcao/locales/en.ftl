# What the command line says. The keys `cli-…` are the help of each command and argument.

cli = Balcão: the support desk of a partner API, where every problem is answered with proof
cli-lang = Language of what is said: pt-BR or en [default: the environment's]
cli-serve = Run the desk: the HTTP API and the background work
cli-serve-listen = Where to listen [default: 127.0.0.1:8080]
cli-serve-role = What to run: all, web or worker
cli-demo = Run the desk with example data
cli-demo-listen = Where to listen
cli-demo-data = Where the data is kept [default: a directory that is gone afterwards]
cli-token = Make tokens of the API
cli-token-create = Make a token and print it, once
cli-token-create-name = What it is called
cli-token-create-role = agent, lead, manager, code, commercial, administrator or partner_contact
cli-token-create-partner = The partner it belongs to, for partner_contact
cli-token-create-scopes = What it may do, if less than its role: `tickets:read,requests:write`
cli-token-create-days = Days after which it ends
cli-ticket = Work with tickets
cli-ticket-import = Register inbound messages as tickets: one JSON object a line in, one line with its ticket out
cli-audit = Look at the trail of what happened
cli-audit-verify = Find a changed, removed or re-ordered entry
cli-doctor = Check secrets, database, trail, registry, documentation, procedure and background work
cli-backup = Copy the embedded database into a directory, while the desk works
cli-backup-to = An empty directory, or one that is not there yet
cli-restore = Make a data directory from a copy; the copy is checked first, and nothing that is there is overwritten
cli-restore-from = The directory of the copy
cli-restore-data = The data directory to make
cli-secrets = Look after the keys that seal originals
cli-secrets-rotate = Add a key that seals from the next start on; what older keys sealed is then sealed anew, in the background
cli-secrets-prune = Throw away the older keys, once nothing is sealed with them any more
cli-config = Look at the settings
cli-config-show = Print every setting in force and where it came from
cli-any-config = A settings file
cli-any-data = The directory of the embedded database [default: balcao-data]
cli-any-database = The address of a PostgreSQL database: postgres://user@host/name
cli-any-secrets = The file of the installation's secrets [default: secrets.toml in the data directory]
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

serve-first = nobody can log in yet. Make the first administrator within 24 hours: POST http://{ $listen }/api/v1/first-administrator with the token { $token }
demo-look = Look at http://{ $address }/api/v1/docs: the example's tickets are at GET /api/v1/tickets
demo-enter = Log in as { $login } with the password { $password }, or use the token { $token }
audit-whole = the trail is whole: { $count } entries
audit-broken = the trail is broken: { $what }
audit-cut = the trail was cut short: entries after { $last } are gone
backup-done = the copy is in { $to }; the file of the secrets is not in it: keep a copy of that elsewhere
restore-no-copy = { $from } is no copy of a desk: { $file } is missing
restore-there = { $data } holds a desk already; name a directory that does not
restore-broken = the copy's trail is broken; nothing was restored. Take an older copy
restore-done = { $data } holds the desk again: { $count } entries of the trail checked. Put the file of the secrets there before you start it
secrets-rotated = a new key seals from the next start on; keep a copy of the file, then restart the servers
secrets-in-use = originals are still sealed with older keys; let the desk run for a while after the rotation, then try again
secrets-pruned = { $count } older keys were thrown away; keep a copy of the file
doctor-secrets = the secrets are those of this database
doctor-registry = the registry has { $partners } partners and { $keys } API keys
doctor-no-registry = there is no registry yet: PUT /api/v1/registry
doctor-documents = the documentation has { $sections } sections
doctor-no-documents = there is no documentation yet: PUT /api/v1/documents
doctor-document-problem = documentation: { $problem }
doctor-review = the procedure is to be reviewed on { $date }
doctor-review-overdue = the procedure should have been reviewed on { $date }: review it and set its dates
doctor-jobs = no background work was set aside
doctor-jobs-aside = { $count } pieces of background work were set aside: GET /api/v1/jobs
doctor-overdue = { $count } tickets are past a deadline
error-settings = the settings file { $path } cannot be read
error-setting-unknown = { $path }: there is no setting `{ $name }`; `balcao config show` lists them all
error-setting-role = `role` is all, web or worker, not `{ $value }`
error-setting-days = `{ $name }` is a number of days from 1 to 36500, not `{ $value }`
error-secrets = the file of the secrets { $path } cannot be used
error-role = there is no role `{ $value }`; use agent, lead, manager, code, commercial, administrator or partner_contact
error-scope = there is no scope `{ $value }`; there are: { $known }
