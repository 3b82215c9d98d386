# O que o parceiro lê de um pedido de API Key; o procedimento pode ter textos próprios (`comercial-emitiu.md.j2`, `comercial-recusou.md.j2`, `comercial-falta.md.j2`).
commercial-greeting = Olá.
commercial-issued = O time comercial emitiu a API Key.
commercial-issued-for = O time comercial emitiu a API Key do ambiente { $environment }.
commercial-ending = Ela termina em …{ $tail }.
commercial-way = Por segurança, a chave não é enviada por aqui: ela chega a vocês { $way }.
commercial-way-usual = diretamente pelo time comercial, por um meio seguro
commercial-next = Guarde-a em local seguro e não a envie por mensagem. Se algo não funcionar com ela, responda a este chamado ({ $protocol }).
commercial-refused = O time comercial analisou o pedido de API Key e não o atendeu neste momento. Motivo: { $reason }.
commercial-refused-for = O time comercial analisou o pedido de API Key do ambiente { $environment } e não o atendeu neste momento. Motivo: { $reason }.
commercial-again = Se algo mudar, responda a este chamado ({ $protocol }) e revemos o pedido.
commercial-lacks = Para encaminhar o seu pedido de API Key ao time comercial, ainda falta:
commercial-lacks-end = Com isso encaminhamos o pedido. Não envie senhas nem chaves.
