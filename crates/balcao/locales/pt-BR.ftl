# O que a linha de comando diz. As chaves de `cli-…` são a ajuda de cada comando e argumento.

cli = Balcão: o suporte de uma API de parceiros, em que todo problema é respondido com prova
cli-lang = Idioma das mensagens: pt-BR ou en [padrão: o do ambiente]
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
