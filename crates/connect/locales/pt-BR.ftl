# O que os e-mails dizem, em português. O par é en.ftl.
mail-reminder = No chamado { $protocol } esperamos a sua resposta. Se já está resolvido, basta confirmar; se não, conte o que ainda acontece.
mail-closing = O chamado { $protocol } foi encerrado. Se o problema voltar, responda a este e-mail e o chamado é retomado.
mail-link = Com o link abaixo você entra no portal. Ele serve uma vez só e vale por 30 minutos.
mail-invitation = Você tem uma conta no Balcão. Com o link abaixo você define a sua senha. Ele serve uma vez só e vale por três dias.
mail-subject-link = Seu link de acesso ao portal
mail-subject-invitation = Sua conta no Balcão
mail-go-answer = Ver o chamado no portal
mail-go-reminder = Ver o chamado no portal
mail-go-closing = Ver o chamado no portal
mail-go-link = Entrar no portal
mail-go-invitation = Definir a senha
mail-foot-ticket = Chamado { $protocol }. Para continuar, responda a este e-mail sem mudar o assunto.
mail-foot-link = Se você não esperava este e-mail, ignore-o: sem o link ninguém entra. Não o encaminhe.
mail-foot-automatic = Este e-mail foi enviado automaticamente.
