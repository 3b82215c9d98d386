# O rascunho da resposta ao parceiro quando Code fecha a issue; o procedimento pode ter textos próprios (`code-corrigiu.md.j2` etc.).
closed-greeting = Olá.
closed-about = Sobre o chamado { $protocol } ({ $subject }):
closed-done = O nosso time de desenvolvimento corrigiu o que causava a falha. Você pode testar de novo e nos dizer se está resolvido?
closed-not-a-bug = O nosso time de desenvolvimento analisou o caso: a API se comporta como deve nesta situação. Se você esperava outra coisa, conte-nos o quê, e vemos juntos como chegar lá.
closed-not-planned = O nosso time de desenvolvimento analisou o caso, e a mudança não está prevista. Se isto impede o seu uso da API, responda, e buscamos outro caminho.
closed-unsaid = O nosso time de desenvolvimento concluiu a análise do caso. Você pode testar de novo e nos dizer se está resolvido?
closed-review = [Revise antes de enviar: ponha nas palavras do parceiro e apague daqui para baixo. Code escreveu:]
