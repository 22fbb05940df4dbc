# Las respuestas por SMS. Cada una cabe en dos segmentos con sus valores más largos; los acentos que el alfabeto de los
# teléfonos no tiene se quitan al enviar. La compañía telefónica puede leerlas todas.

sms-filed = Su denuncia está sellada. Su código de caso:
    { $token }
    Anótelo en papel y borre estos SMS: la compañía telefónica puede leerlos. Para añadir algo, siga escribiendo. GUIA: 5 preguntas. ESTADO + código: cómo va el caso. AYUDA: más información
sms-joined = Añadido a su denuncia.
sms-report-first = Escriba primero qué pasó. Después, GUIA le hará preguntas.
sms-ask-where = 1/5 ¿Dónde ocurrió? (o SALTAR)
sms-ask-when = 2/5 ¿Cuándo ocurrió? (o SALTAR)
sms-ask-who = 3/5 ¿Quién está implicado? Nombres, cargos, empresas. (o SALTAR)
sms-ask-how-much = 4/5 ¿Cuánto dinero o qué otra cosa está en juego? (o SALTAR)
sms-ask-how-known = 5/5 ¿Cómo lo sabe? Si la respuesta puede señalarle a usted, no dé detalles. (o SALTAR)
sms-asked = Gracias. Esas eran las preguntas. Si hay algo más, siga escribiendo.
sms-status = { $state } ({ $day }). { $answers }
sms-state-received = Recibida; la unidad aún no lo ha confirmado
sms-state-acknowledged = La unidad ha leído su denuncia y decide qué hacer
sms-state-open = La unidad trabaja en su caso
sms-state-closed = La unidad ha terminado su trabajo; aún puede escribirle
sms-answers = { $count ->
    [0] Aún no hay respuesta.
    [one] Hay 1 respuesta: LEER + código
   *[other] Hay { $count } respuestas: LEER + código
}
sms-answer = Respuesta del { $day }:
sms-no-answer = Aún no hay respuesta.
sms-read-off = Esta unidad no envía respuestas por SMS. Léalas en el sitio web con su código. AYUDA: la dirección
sms-added = Añadido a su caso.
sms-nothing-to-add = No se añadió nada: no había texto tras el código. Envíe MAS, el código y su texto en un solo SMS.
sms-forgets = El { $day } este código dejará de funcionar y las respuestas se destruirán. La unidad conserva su denuncia. Si usa el código antes de ese día, esto se anula.
sms-called-off = Ha usado su código, así que no se olvidará. Para olvidarlo de todos modos: OLVIDAR + código
sms-help = Usted escribe a { $unit }. Todo SMS es una denuncia. La compañía telefónica puede leer los SMS. El sitio web es más seguro y puede cambiar su código por otro que nunca pasó por SMS; la dirección sigue. Envíe ESTADO, LEER, MAS u OLVIDAR + código; GUIA; ALTO
sms-web = Web: { $address }
sms-onion = Tor: { $address }
sms-key = Key: { $fingerprint }
sms-stopped = Esta conversación queda olvidada aquí. Su caso sigue y su código aún lo abre. Ahora borre estos SMS de su teléfono.
sms-typo-missing = Envíe su código de caso, 24 cifras, tras la palabra, en el mismo SMS.
sms-typo-length = Un código de caso tiene 24 cifras; este tiene { $count }. Busque una olvidada o repetida y envíelo todo otra vez.
sms-typo-letter = Hay una letra entre las cifras del código. Corríjala y envíelo todo otra vez.
sms-typo-digits = Una de las cifras del código no es correcta. Compárelas con su nota, de cuatro en cuatro, y envíelo todo otra vez.
sms-not-found = Ningún caso tiene este código. Compárelo con su nota. Un caso olvidado ya no se puede abrir.
sms-moved = Este caso ha pasado a otro código. El anterior ya no abre nada.
sms-closed = De este teléfono llegaron demasiados códigos sin caso. No se buscó nada. Inténtelo más tarde.
sms-cannot-file = Su SMS NO se ha tomado: ahora no se puede guardar nada aquí. Inténtelo más tarde o en el sitio web.
sms-later = Su SMS NO se ha tomado. Envíelo otra vez en unos minutos.
sms-slow-down = Demasiados SMS a la vez. El último NO se ha tomado. Espere unos minutos y envíelo otra vez.
