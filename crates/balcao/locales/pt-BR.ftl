# O que a linha de comando diz. As chaves de `cli-…` são a ajuda de cada comando e argumento.

cli = Balcão: o suporte de uma API de parceiros, em que todo problema é respondido com prova
cli-lang = Idioma das mensagens: pt-BR ou en [padrão: o do ambiente]
cli-serve = Põe o balcão no ar: a API HTTP e o trabalho de fundo
cli-serve-listen = Onde escutar [padrão: 127.0.0.1:8080]
cli-serve-role = O que rodar: all, web ou worker
cli-demo = Põe no ar o balcão com dados de exemplo
cli-demo-listen = Onde escutar
cli-demo-data = Onde ficam os dados [padrão: um diretório que some no fim]
cli-token = Cria tokens da API
cli-token-create = Cria um token e o mostra, uma só vez
cli-token-create-name = Como ele se chama
cli-token-create-role = agent, lead, manager, code, commercial, administrator ou partner_contact
cli-token-create-partner = O parceiro a que pertence, para partner_contact
cli-token-create-scopes = O que pode fazer, se menos do que o papel: `tickets:read,requests:write`
cli-token-create-days = Dias até ele terminar
cli-ticket = Trabalha com chamados
cli-ticket-import = Registra mensagens como chamados: um objeto JSON por linha entra, uma linha com o chamado sai
cli-audit = Examina a trilha do que aconteceu
cli-audit-verify = Encontra uma entrada alterada, removida ou trocada de lugar
cli-doctor = Confere segredos, banco de dados, trilha, cadastro, documentação, procedimento e trabalho de fundo
cli-backup = Copia o banco de dados embutido para um diretório, com o balcão trabalhando
cli-backup-to = Um diretório vazio, ou que ainda não existe
cli-restore = Monta um diretório de dados a partir de uma cópia; a cópia é conferida antes, e nada do que existe é sobrescrito
cli-restore-from = O diretório da cópia
cli-restore-data = O diretório de dados a montar
cli-secrets = Cuida das chaves que selam os originais
cli-secrets-rotate = Acrescenta uma chave, que sela a partir do próximo início; o que as antigas selaram é selado de novo, em segundo plano
cli-secrets-prune = Descarta as chaves antigas, quando nada mais está selado com elas
cli-config = Mostra as configurações
cli-config-show = Mostra cada configuração que vale e de onde veio
cli-any-config = Um arquivo de configurações
cli-any-data = O diretório do banco de dados embutido [padrão: balcao-data]
cli-any-database = O endereço de um banco PostgreSQL: postgres://usuario@servidor/nome
cli-any-secrets = O arquivo dos segredos da instalação [padrão: secrets.toml no diretório de dados]
cli-diagnose = Diagnostica mensagens: um objeto JSON por linha entra, um diagnóstico por linha sai, na mesma ordem
cli-diagnose-long =
    Diagnostica mensagens: um objeto JSON por linha entra, um diagnóstico por linha sai, na mesma ordem.

    Nada mais é escrito na saída padrão. Uma linha que não é mensagem recebe uma linha com `error`, a execução
    continua, e o código de saída passa a ser 1.

    Exemplo:
      balcao diagnose --registry examples/parceiros/registry.json --requests examples/parceiros/requests.ndjson \
        --docs examples/parceiros/docs --pretty examples/parceiros/inbound.ndjson
cli-diagnose-pretty = Escreve relatórios para pessoas em vez de JSON
cli-extract = Escreve só as sete evidências de cada mensagem, com o lugar em que cada uma foi encontrada
cli-evaluate = Diagnostica casos rotulados e diz o que acertou, por campo e por causa
cli-evaluate-json = Escreve os números em JSON
cli-evaluate-cases = Casos rotulados (com `inbound` e `expected`) ou perguntas rotuladas (com `question` e `accept`), um por linha
cli-docs = Pesquisa a documentação oficial
cli-docs-search = Responde uma pergunta com o trecho que a responde e lista o que mais chega perto
cli-docs-search-api_version = Versão da API de que a pergunta trata
cli-docs-search-json = Escreve a resposta em JSON
cli-docs-search-question = A pergunta, como um parceiro a faria
cli-procedure = Verifica ou mostra o procedimento
cli-procedure-check = Encontra nomes desconhecidos, linhas inalcançáveis, situações sem resposta e seções que nada implementa
cli-procedure-show = Escreve o procedimento para pessoas, em Markdown
cli-completions = Escreve o autocompletar de um shell
cli-completions-shell = O shell
cli-any-registry = O que se sabe: parceiros, usuários, chaves, calendário (obrigatório enquanto não houver banco de dados)
cli-any-requests = O log de requisições, uma por linha
cli-any-docs = A documentação oficial: arquivos Markdown, HTML e OpenAPI
cli-any-procedure = O procedimento [padrão: o que vem com o programa]
cli-any-inbound = Mensagens recebidas, uma por linha, ou `-` para a entrada padrão

docs-silent = A documentação não responde a isto. O que chega mais perto:
procedure-clean = O procedimento está em ordem.
procedure-problems = { $count } problema(s) no procedimento.
evaluate-cases = { $cases } casos
evaluate-fields = Certos por campo
evaluate-causes = Certos por causa
evaluate-confusion = Causas trocadas (casos, esperada → dada)
evaluate-failures = Falhas (esperado ≠ dado)
error-open = não foi possível ler { $path }
error-no-registry = falta o cadastro: indique-o com --registry registry.json
error-registry = o cadastro { $path } não pode ser usado
error-procedure = o procedimento não pode ser usado:
error-words = o arquivo { $file } não pode ser usado
error-questions = as perguntas rotuladas não podem ser lidas
error-case = a linha { $line } não é um caso rotulado
error-line = linha { $line }: { $error }
error-not-utf8 = a linha não é texto UTF-8

serve-first = ninguém pode entrar ainda. Crie o primeiro administrador em até 24 horas: POST http://{ $listen }/api/v1/first-administrator com o token { $token }
demo-look = Veja http://{ $address }/api/v1/docs: os chamados do exemplo estão em GET /api/v1/tickets
demo-enter = Entre como { $login } com a senha { $password }, ou use o token { $token }
audit-whole = a trilha está inteira: { $count } entradas
audit-broken = a trilha está quebrada: { $what }
audit-cut = a trilha foi cortada: faltam as entradas depois da { $last }
backup-done = a cópia está em { $to }; o arquivo dos segredos não está nela: guarde uma cópia dele em outro lugar
restore-no-copy = { $from } não é cópia de um balcão: falta { $file }
restore-there = { $data } já contém um balcão; dê um diretório que não contenha
restore-broken = a trilha da cópia está quebrada; nada foi restaurado. Use uma cópia anterior
restore-done = { $data } contém o balcão de novo: { $count } entradas da trilha conferidas. Ponha lá o arquivo dos segredos antes de iniciar
secrets-rotated = uma chave nova sela a partir do próximo início; guarde uma cópia do arquivo e reinicie os servidores
secrets-in-use = ainda há originais selados com chaves antigas; deixe o balcão trabalhar um pouco depois da troca e tente de novo
secrets-pruned = { $count } chaves antigas foram descartadas; guarde uma cópia do arquivo
doctor-secrets = os segredos são os deste banco de dados
doctor-registry = o cadastro tem { $partners } parceiros e { $keys } API Keys
doctor-no-registry = ainda não há cadastro: PUT /api/v1/registry
doctor-documents = a documentação tem { $sections } seções
doctor-no-documents = ainda não há documentação: PUT /api/v1/documents
doctor-document-problem = documentação: { $problem }
doctor-review = o procedimento deve ser revisto em { $date }
doctor-review-overdue = o procedimento devia ter sido revisto em { $date }: reveja-o e acerte as datas
doctor-jobs = nenhum trabalho de fundo foi posto de lado
doctor-jobs-aside = { $count } trabalhos de fundo foram postos de lado: GET /api/v1/jobs
doctor-overdue = { $count } chamados passaram de um prazo
error-settings = o arquivo de configurações { $path } não pode ser lido
error-setting-unknown = { $path }: não há configuração `{ $name }`; `balcao config show` mostra todas
error-setting-role = `role` é all, web ou worker, não `{ $value }`
error-setting-days = `{ $name }` é um número de dias de 1 a 36500, não `{ $value }`
error-secrets = o arquivo dos segredos { $path } não pode ser usado
error-role = não há papel `{ $value }`; use agent, lead, manager, code, commercial, administrator ou partner_contact
error-scope = não há escopo `{ $value }`; há: { $known }
