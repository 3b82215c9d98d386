# What mails say, in English. Its twin is pt-BR.ftl.
mail-reminder = We are waiting for your answer on ticket { $protocol }. If it is solved, a short confirmation is enough; if not, tell us what still happens.
mail-closing = Ticket { $protocol } is closed. If the problem comes back, answer this mail and the ticket is taken up again.
mail-link = The link below lets you into the portal. It is good once, for 30 minutes.
mail-invitation = You have an account at Balcão. With the link below you set your password. It is good once, for three days.
mail-subject-link = Your link to the portal
mail-subject-invitation = Your account at Balcão
mail-go-answer = See the ticket in the portal
mail-go-reminder = See the ticket in the portal
mail-go-closing = See the ticket in the portal
mail-go-link = Enter the portal
mail-go-invitation = Set the password
mail-foot-ticket = Ticket { $protocol }. To go on, answer this mail without changing its subject.
mail-foot-link = If you did not expect this mail, ignore it: nobody gets in without the link. Do not forward it.
mail-foot-automatic = This mail was sent automatically.
